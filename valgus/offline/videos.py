"""Videos of one trial as keypoints, with a line of progress on a terminal."""

import sys
from pathlib import Path

from capture.cameras.video_file import VideoFile
from capture.detectors.catalogue import create_detector
from capture.types import KeypointTrial
from capture.video_trial import detect_trial, find_videos


def read_videos(folder: Path, detector: str) -> KeypointTrial:
    """Keypoints of one video per camera in `folder`, found by the detector of this name.

    Raises
    ------
    CaptureError : a video cannot be read, which is known before any is looked at; or the detector is not there
    """
    videos = find_videos(folder)
    for video in videos:
        VideoFile(video, video.stem).close()
    done: dict[str, int] = {}

    def show(camera: str, frames: int) -> None:
        done[camera] = frames
        if sys.stderr.isatty():
            print(f"\r{folder.name}: {min(done.values())} frames", end="", file=sys.stderr)

    trial = detect_trial(videos, lambda: create_detector(detector), show)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return trial
