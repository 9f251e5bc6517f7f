"""In the virtual machine: a node with four kernel cameras, which are disturbed while it runs."""

import json
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np

from capture.camera_worker import Station
from capture.cameras.base import Camera
from capture.cameras.plain_index import PlainIndexCamera
from capture.cameras.usb import open_usb_camera, set_usb_camera, usb_cameras
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.cameras.v4l2.kernel_interface import video
from capture.errors import CaptureError
from tests.hardware.guest.node import running_node
from tests.hardware.guest.watch import Nobody, Watch, Witnesses, balance, opening, rising

FPS = 15.0
MODE = PictureMode(320, 180, FPS, "YUYV")
UNCHANGED = ExposureSettings()
DRIVER = Path("/sys/bus/platform/drivers/vivid")
DROPPED_SHARE, DAMAGE, FAIL = 0x00F0F040, 0x00F0F042, 0x00F0F046
"""Controls of vivid: share of buffers to drop (percent), damage the next frame, break off the stream."""
ENOUGH = 15


def control(path: Path, number: int, value: int) -> None:
    with video.Device(path) as opened:
        video.set_control(opened, number, value)


def refusal(action: Callable[[], Camera]) -> str:
    try:
        action().close()
    except CaptureError as error:
        return str(error)
    return ""


def stations(devices: dict[str, str], witnesses: Witnesses) -> list[Station]:
    """Every camera opened, with a witness."""
    opened = {name: partial(open_usb_camera, name, device, MODE, UNCHANGED) for name, device in devices.items()}
    reopen = {name: opening(opened[name], witnesses[name]) for name in devices}
    return [Station(reopen[name](), Nobody(), reopen=reopen[name]) for name in devices]


def stamps(frames: list[tuple[int, int, int]]) -> dict[str, float]:
    numbers, stamps_ns, sds_ns = np.array(frames).T
    return {
        "frames": len(frames),
        "period_ms": float(np.median(np.diff(stamps_ns) / np.diff(numbers))) / 1e6,
        "rising": rising(stamps_ns.tolist()),
        "stated_sd_ms": float(np.median(sds_ns)) / 1e6,
    }


def undisturbed_and_losing(devices: dict[str, str], paths: dict[str, Path]) -> dict[str, object]:
    """Run in peace; then let the driver drop a third of one camera's buffers and damage one; count everything."""
    witnesses: Witnesses = {name: [] for name in devices}
    with running_node(stations(devices, witnesses)) as (watch, finish):
        watch.listen_for(ENOUGH, list(devices))
        peaceful = {name: stamps(witnesses[name][0].frames) for name in devices}
        control(paths["cam2"], DROPPED_SHARE, 33)
        watch.listen_for(ENOUGH, ["cam2"])
        control(paths["cam2"], DROPPED_SHARE, 0)
        control(paths["cam2"], DAMAGE, 1)
        watch.listen_for(ENOUGH, ["cam2"])
        finish()
        balances = {name: balance(watch, name, witnesses[name]) for name in devices}
        return {"undisturbed": peaceful, "balances": balances, "missed": watch.status("cam2").missed}


def broken_off(watch: Watch, witnesses: Witnesses, path: Path) -> dict[str, object]:
    """Break off the stream of cam1; how soon it is back, and which cameras that struck."""
    watch.listen_for(2, list(witnesses))
    opened = len(witnesses["cam1"])
    heard, beats, since_s = len(watch.heard), len(watch.beats), monotonic()
    control(path, FAIL, 1)
    watch.listen_until(lambda: len(witnesses["cam1"]) > opened)
    watch.listen_for(3, list(witnesses))
    arrivals_s = [since_s, *(at_s for at_s, _ in watch.of("cam1", heard))]
    return {
        "back_s": float(np.diff(arrivals_s).max()),
        "starved_s": watch.starved_s(since_s),
        "struck": watch.struck_since(beats),
        "opened anew": len(witnesses["cam1"]) - opened,
    }


def unbound(watch: Watch, names: list[str]) -> dict[str, object]:
    """Take the driver away from all cameras; seconds from its return to each one's first frame."""
    watch.listen_for(2, names)
    beats = len(watch.beats)
    (DRIVER / "unbind").write_text("vivid.0")
    watch.listen_until(lambda: watch.lost_since(beats) == set(names))
    since = len(watch.heard)
    binding = threading.Thread(target=(DRIVER / "bind").write_text, args=("vivid.0",))
    binding.start()
    watch.listen_until(lambda: not binding.is_alive())
    back_s = monotonic()
    watch.listen_for(2, names)
    first_s = {name: next((at_s for at_s, _ in watch.of(name, since)), 1e9) for name in names}
    return {
        "back_s": {name: max(0.0, at_s - back_s) for name, at_s in first_s.items()},
        "starved_s": watch.starved_s(back_s),
        "lost": sorted(watch.lost_since(beats)),
    }


def by_plain_index() -> dict[str, object]:
    """The same driver through OpenCV, as on systems where cameras have numbers only."""
    refused = refusal(lambda: PlainIndexCamera("plain", 0, PictureMode(333, 222, FPS, "YUYV"), UNCHANGED))
    camera = PlainIndexCamera("plain", 0, MODE, ExposureSettings(gain=70, focus=3))
    frames = [camera.read() for _ in range(ENOUGH)]
    camera.close()
    seen = [frame for frame in frames if frame is not None]
    return {
        "sizes": sorted({frame.size for frame in seen}),
        "numbers": [frame.index for frame in seen],
        "rising": rising([frame.time_ns for frame in seen]),
        "sd_ms": seen[0].time_sd_ns / 1e6,
        "grey levels": float(seen[-1].image.std()),
        "notices": camera.notices,
        "wrong size": refused,
        "not there": refusal(lambda: PlainIndexCamera("plain", 77, MODE, UNCHANGED)),
    }


def requests(devices: dict[str, str]) -> dict[str, object]:
    """What is said about requests that cannot be met."""
    wrong_size = PictureMode(333, 222, FPS, "YUYV")
    first = open_usb_camera("cam0", devices["cam0"], MODE, ExposureSettings(gain=50, exposure_ms=4.0))
    try:
        return {
            "notices": first.notices,
            "settings": set_usb_camera(devices["cam1"], ExposureSettings(gain=77)),
            "opened twice": refusal(lambda: open_usb_camera("again", devices["cam0"], MODE, UNCHANGED)),
            "not there": refusal(lambda: open_usb_camera("left", "046d:0825:ABC", MODE, UNCHANGED)),
            "wrong size": refusal(lambda: open_usb_camera("cam3", devices["cam3"], wrong_size, UNCHANGED)),
        }
    finally:
        first.close()


def main() -> None:
    cameras = usb_cameras()
    devices = {f"cam{i}": camera.name for i, camera in enumerate(cameras)}
    paths = {f"cam{i}": Path(camera.path) for i, camera in enumerate(cameras)}
    result: dict[str, object] = {"devices": devices, **requests(devices), "plain index": by_plain_index()}
    result |= undisturbed_and_losing(devices, paths)
    witnesses: Witnesses = {name: [] for name in devices}
    with running_node(stations(devices, witnesses)) as (watch, _):
        result["broken off"] = broken_off(watch, witnesses, paths["cam1"])
        result["unbound"] = unbound(watch, list(devices))
    print("VALGUS_RESULT " + json.dumps(result))


if __name__ == "__main__":
    main()
