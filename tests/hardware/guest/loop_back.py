"""In the virtual machine: a clip is played into vivid's output, and our camera sees it on vivid's input.

loop_back.py VIDEO
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from capture.cameras.usb import open_usb_camera, usb_cameras
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.cameras.v4l2.kernel_interface import video
from capture.cameras.video_file import VideoFile

SIZE = (1280, 720)
LOOP_VIDEO, TEXT_ON_PICTURE, NO_TEXT = 0x00F0F025, 0x00F0F001, 2
FRAMES, SEEN = 5, 12


def clip(path: Path) -> list[np.ndarray]:
    recording = VideoFile(path, "clip")
    frames = [frame for _ in range(FRAMES) if (frame := recording.read()) is not None]
    recording.close()
    return [cv2.resize(frame.image, SIZE) for frame in frames]


def play(output: Any, pictures: list[np.ndarray], stop: threading.Event) -> None:
    while not stop.is_set():
        for picture in pictures:
            output.write(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_YUYV).tobytes())


def main() -> None:
    pictures = clip(Path(sys.argv[1]))
    (camera,) = usb_cameras()
    sink = next(path for path in video.iter_video_output_files())
    with video.Device(sink) as device:
        output = video.VideoOutput(device, size=4)
        output.set_format(*SIZE, "YUYV")
        stop = threading.Event()
        with output:
            player = threading.Thread(target=play, args=(output, pictures, stop))
            player.start()
            with video.Device(Path(camera.path)) as source:
                video.set_control(source, TEXT_ON_PICTURE, NO_TEXT)
                video.set_control(source, LOOP_VIDEO, 1)
            source = open_usb_camera("cam", camera.name, PictureMode(*SIZE, 60.0, "YUYV"), ExposureSettings())
            seen = [source.read() for _ in range(SEEN)]
            source.close()
            stop.set()
            player.join()
    differences = [
        min(float(np.abs(frame.image.astype(int) - picture).mean()) for picture in pictures)
        for frame in seen
        if frame is not None
    ]
    print("VALGUS_RESULT " + json.dumps({"differences": differences}))


if __name__ == "__main__":
    main()
