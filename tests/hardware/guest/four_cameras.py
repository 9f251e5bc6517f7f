"""In the virtual machine: a node with four kernel cameras, which are disturbed while it runs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from capture.camera_worker import Station
from capture.cameras.usb import open_usb_camera, set_usb_camera, usb_cameras
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.cameras.v4l2.kernel_interface import video
from capture.clock_service import ClockService
from capture.errors import CaptureError
from capture.hub_addresses import HubAddresses
from capture.intake import Intake
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.messages import Heartbeat, KeypointsMessage
from capture.node import run_live_node
from capture.types import Frame, Keypoints2D

FPS = 15.0
MODE = PictureMode(320, 180, FPS, "YUYV")
DRIVER = Path("/sys/bus/platform/drivers/vivid")
DROPPED_SHARE, DAMAGE, FAIL = 0x00F0F040, 0x00F0F042, 0x00F0F046
"""Controls of vivid: share of buffers to drop (percent), damage the next frame, break off the stream."""


class Nobody:
    """Looks at no picture; remembers the driver's number and time, and the sd of that (ns), of every frame."""

    keypoint_set: KeypointSet = keypoint_set("coco_17")

    def __init__(self) -> None:
        self.frames: list[tuple[int, int, int]] = []

    def detect(self, frame: Frame) -> Keypoints2D:
        self.frames.append((frame.index, frame.time_ns, frame.time_sd_ns))
        empty = np.zeros((0, 17, 2), np.float32)
        return Keypoints2D(
            frame.camera, frame.index, frame.time_ns, frame.time_sd_ns, "coco_17", frame.size, empty, empty[..., 0]
        )


class Watch:
    """Everything that the hub heard, with the time of arrival in seconds."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.heard: list[tuple[float, KeypointsMessage]] = []
        self.beats: list[Heartbeat] = []

    def listen(self, seconds: float) -> int:
        """Listen for a while; returns how many keypoint messages had been heard before."""
        before, end_s = len(self.heard), time.monotonic() + seconds
        while time.monotonic() < end_s:
            message = self._intake.receive(0.02)
            if isinstance(message, KeypointsMessage):
                self.heard.append((time.monotonic(), message))
            elif isinstance(message, Heartbeat):
                self.beats.append(message)
        return before

    def of(self, camera: str, since: int = 0) -> Iterator[tuple[float, Keypoints2D]]:
        return ((arrived_s, m.keypoints) for arrived_s, m in self.heard[since:] if m.keypoints.camera == camera)

    def left_out(self, camera: str) -> int:
        """Frames that the driver lost or for which there was no time, as told by the latest heartbeat."""
        return next(status.missed + status.dropped for status in self.beats[-1].cameras if status.camera == camera)

    def gaps(self, camera: str) -> int:
        """Frames that lack among the camera's messages."""
        return int((np.diff([view.frame_index for _, view in self.of(camera)]) - 1).sum())

    def silence_s(self, camera: str, since: int) -> float:
        """Longest gap between arrivals of one camera."""
        return float(np.diff([arrived_s for arrived_s, _ in self.of(camera, since)]).max())


def control(path: Path, number: int, value: int) -> None:
    with video.Device(path) as opened:
        video.set_control(opened, number, value)


def refusal(action: Callable[[], object]) -> str:
    try:
        action()
    except CaptureError as error:
        return str(error)
    return ""


def undisturbed(frames: list[tuple[int, int, int]]) -> dict[str, float]:
    numbers, stamps_ns, sds_ns = np.array(frames).T
    period_ms = np.diff(stamps_ns) / np.diff(numbers) / 1e6
    return {
        "frames": len(frames),
        "gaps": int((np.diff(numbers) - 1).sum()),
        "period_ms": float(np.median(period_ms)),
        "worst_period_error_ms": float(np.abs(period_ms - 1e3 / FPS).max()),
        "rising": bool((np.diff(stamps_ns) > 0).all()),
        "stated_sd_ms": float(np.median(sds_ns)) / 1e6,
    }


def unaccounted(watch: Watch, name: str) -> float:
    """Frames that a camera's heartbeats tell as left out, less those that lack among its messages.

    Heartbeats and messages come at different moments, hence the median of several looks.
    """
    differences: list[int] = []
    for _ in range(5):
        watch.listen(0.3)
        differences.append(watch.left_out(name) - watch.gaps(name))
    return float(np.median(differences))


def after_losses(watch: Watch, name: str, path: Path) -> dict[str, float]:
    """Let the driver drop a third of its buffers, and damage one; compare gaps with what the heartbeat says."""
    before, gaps = unaccounted(watch, name), watch.gaps(name)
    control(path, DROPPED_SHARE, 33)
    watch.listen(2.0)
    control(path, DROPPED_SHARE, 0)
    control(path, DAMAGE, 1)
    watch.listen(2.0)
    return {"unaccounted": unaccounted(watch, name) - before, "gaps": watch.gaps(name) - gaps}


def after_failing(watch: Watch, names: list[str], path: Path) -> dict[str, float]:
    """Longest silence of every camera while the stream of one breaks off, seconds."""
    since = watch.listen(0.5)
    control(path, FAIL, 1)
    watch.listen(3.0)
    return {name: watch.silence_s(name, since) for name in names}


def after_unbinding(watch: Watch, names: list[str]) -> dict[str, float]:
    """Take the driver away from all cameras for a second; seconds from its return to each one's first frame.

    -1 for a camera of which no heartbeat said that it was lost.
    """
    watch.listen(0.5)
    beats = len(watch.beats)
    (DRIVER / "unbind").write_text("vivid.0")
    watch.listen(1.0)
    since = len(watch.heard)
    binding = threading.Thread(target=(DRIVER / "bind").write_text, args=("vivid.0",))
    binding.start()
    while binding.is_alive():
        watch.listen(0.02)
    back_s = time.monotonic()
    watch.listen(4.0)
    first = {name: next((at_s for at_s, _ in watch.of(name, since)), 1e9) for name in names}
    lost = {camera.camera for beat in watch.beats[beats:] for camera in beat.cameras if camera.state == "lost"}
    return {name: max(0.0, at_s - back_s) if name in lost else -1.0 for name, at_s in first.items()}


def main() -> None:
    cameras = usb_cameras()
    devices = {f"cam{i}": camera.name for i, camera in enumerate(cameras)}
    paths = {f"cam{i}": Path(camera.path) for i, camera in enumerate(cameras)}
    opened = {
        name: open_usb_camera(name, device, MODE, ExposureSettings(gain=50, exposure_ms=4.0))
        for name, device in devices.items()
    }
    wrong_size = PictureMode(333, 222, FPS, "YUYV")
    result: dict[str, object] = {
        "devices": devices,
        "notices": opened["cam0"].notices,
        "settings": set_usb_camera(devices["cam1"], ExposureSettings(gain=77)),
        "opened twice": refusal(lambda: open_usb_camera("again", devices["cam0"], MODE, ExposureSettings())),
        "not there": refusal(lambda: open_usb_camera("left", "046d:0825:ABC", MODE, ExposureSettings())),
    }
    opened["cam3"].close()
    result["wrong size"] = refusal(
        lambda: open_usb_camera("cam3", devices["cam3"], wrong_size, ExposureSettings()).close()
    )
    again = {name: partial(open_usb_camera, name, devices[name], MODE, ExposureSettings()) for name in devices}
    opened["cam3"] = again["cam3"]()
    seen = {name: Nobody() for name in devices}
    stations = [Station(camera, seen[name], reopen=again[name]) for name, camera in opened.items()]
    intake, clock, stop = Intake("tcp://127.0.0.1:0"), ClockService("tcp://127.0.0.1:0"), threading.Event()
    hub = HubAddresses(intake.address, clock.address)
    node = threading.Thread(target=run_live_node, args=("node", hub, stations, stop))
    node.start()
    watch = Watch(intake)
    try:
        watch.listen(6.0)
        result["undisturbed"] = {name: undisturbed(detector.frames[-60:]) for name, detector in seen.items()}
        result["losses"] = after_losses(watch, "cam2", paths["cam2"])
        result["failed"] = after_failing(watch, list(devices), paths["cam1"])
        result["unbound"] = after_unbinding(watch, list(devices))
    finally:
        stop.set()
        node.join()
    result["refused"] = intake.refused
    print("VALGUS_RESULT " + json.dumps(result))


if __name__ == "__main__":
    main()
