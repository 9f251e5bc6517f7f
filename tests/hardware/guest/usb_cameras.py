"""In the virtual machine: two USB cameras that compress, through the kernel's `uvcvideo`; one is pulled out.

usb_cameras.py VIDEO
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import av
import cv2

from capture.camera_worker import Station
from capture.cameras.usb import open_usb_camera, usb_cameras
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.pictures import JpegPicture
from capture.recording.recording_config import RecordingTable, open_recording
from capture.types import Frame
from tests.hardware.guest.node import running_node
from tests.hardware.guest.video_class import SIZE, FilmCamera
from tests.hardware.guest.watch import Nobody, Watch, Witness, Witnesses, balance, opening, rising

FPS, PICTURES, SEEN = 15.0, 7, 12
MODE = PictureMode(*SIZE, FPS, "MJPG")
NAMES = {"left": "1209:5750:FILM1", "right": "1209:5750:FILM2"}


def compressed(path: Path) -> list[bytes]:
    recording = VideoFile(path, "clip")
    frames = [frame for _ in range(PICTURES) if (frame := recording.read()) is not None]
    recording.close()
    return [cv2.imencode(".jpg", cv2.resize(frame.image, SIZE))[1].tobytes() for frame in frames]


def wait_for_devices(count: int) -> dict[str, list[str]]:
    """Names and modes of the cameras once so many are plugged in."""
    end_s = time.monotonic() + 60.0
    while len(found := usb_cameras()) < count and time.monotonic() < end_s:
        time.sleep(0.1)
    return {camera.name: [camera.card, *camera.modes] for camera in found}


def exact(frames: Sequence[Frame | None], pictures: Sequence[bytes]) -> bool:
    """Whether every frame is one of the pictures, bit by bit."""
    return all(f is not None and isinstance(f.picture, JpegPicture) and f.picture.data in pictures for f in frames)


def alone(camera: FilmCamera, pictures: Sequence[bytes]) -> dict[str, object]:
    """One camera without a node: settings, pictures, times, a damaged frame, and requests that cannot be met."""
    device = NAMES["left"]
    opened = open_usb_camera("left", device, MODE, ExposureSettings(exposure_ms=4.0, gain=60, focus=3))
    frames = [opened.read() for _ in range(SEEN)]
    camera.damage_next = True
    after = [opened.read() for _ in range(SEEN)]
    opened.close()
    whole = [frame for frame in (*frames, *after) if frame is not None]
    refusal = ""
    try:
        open_usb_camera("left", device, PictureMode(*SIZE, FPS, "YUYV"), ExposureSettings())
    except CaptureError as error:
        refusal = str(error)
    return {
        "notices": opened.notices,
        "settings": camera.settings.copy(),
        "exact": exact(whole, pictures),
        "rising": rising([frame.time_ns for frame in whole]) and rising([frame.index for frame in whole]),
        "sd_ms": whole[-1].time_sd_ns / 1e6,
        "gaps": whole[-1].index - whole[0].index + 1 - len(whole),
        "wrong form": refusal,
    }


def pulled_out(watch: Watch, witnesses: Witnesses, camera: FilmCamera) -> dict[str, object]:
    """Pull one camera out of a running node, put it back; how soon it is there again, and what the other did."""
    watch.listen_for(5, list(witnesses))
    opened, beats = len(witnesses["left"]), len(watch.beats)
    camera.pull_out()
    watch.listen_until(lambda: "left" in watch.lost_since(beats))
    reason = watch.status("left").notice
    watch.listen_for(5, ["right"])
    since, since_s = len(watch.heard), time.monotonic()
    camera.plug_in()
    watch.listen_for(3, list(witnesses))
    return {
        "reason": reason,
        "back_s": next((at_s for at_s, _ in watch.of("left", since)), 1e9) - since_s,
        "starved_s": watch.starved_s(since_s),
        "struck": watch.struck_since(beats),
        "opened anew": len(witnesses["left"]) - opened,
    }


def recorded(folder: Path, name: str, pictures: Sequence[bytes]) -> dict[str, object]:
    with av.open(str(folder / f"{name}.mkv")) as film:
        packets = [bytes(packet) for packet in film.demux(video=0) if packet.size]
    rows = (folder / f"{name}.timestamps.csv").read_text().splitlines()[1:]
    return {"frames": len(packets), "rows": len(rows), "exact": all(packet in pictures for packet in packets)}


def main() -> None:
    pictures = compressed(Path(sys.argv[1]))
    cameras = {name: FilmCamera(f"FILM{port + 1}", pictures, port) for port, name in enumerate(NAMES)}
    for camera in cameras.values():
        camera.plug_in()
    result: dict[str, object] = {"devices": wait_for_devices(2), "alone": alone(cameras["left"], pictures)}
    witnesses: Witnesses = {name: list[Witness]() for name in NAMES}
    keepers = open_recording(RecordingTable("/run/films", "mjpeg", 0.0, 0.0), list(NAMES))
    stations: list[Station] = []
    for name, device in NAMES.items():
        reopen = opening(partial(open_usb_camera, name, device, MODE, ExposureSettings()), witnesses[name])
        stations.append(replace(Station(reopen(), Nobody(), reopen=reopen), open_keeper=keepers[name]))
    with running_node(stations) as (watch, finish):
        result["pulled out"] = pulled_out(watch, witnesses, cameras["left"])
        finish()
        result["balances"] = {name: balance(watch, name, witnesses[name]) for name in NAMES}
        kept = {name: watch.status(name).recorded for name in NAMES}
    (folder,) = Path("/run/films").iterdir()
    result["recorded"] = {name: recorded(folder, name, pictures) | {"told": kept[name]} for name in NAMES}
    print("VALGUS_RESULT " + json.dumps(result))


if __name__ == "__main__":
    main()
