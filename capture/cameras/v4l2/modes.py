"""Sizes, rates and forms of the pictures that a device offers."""

from collections.abc import Iterator
from typing import Any, get_args

from capture.cameras.usb_settings import PictureMode, PixelFormat
from capture.cameras.v4l2.kernel_interface import Device, video
from capture.errors import CaptureError

_VIDEO = video.BufferType.VIDEO_CAPTURE


def describe_modes(device: Device) -> Iterator[str]:
    """`MJPG 1280x720 at 60, 30 fps`, one line per size, in the forms that we can read."""
    rates: dict[str, list[float]] = {}
    for frame_type in video.iter_read_pixel_formats_frame_intervals(device, _readable(device)):
        mode = f"{video.human_pixel_format(frame_type.pixel_format)} {frame_type.width}x{frame_type.height}"
        rates.setdefault(mode, []).append(float(frame_type.max_fps))
    for mode, offered in rates.items():
        yield f"{mode} at {', '.join(f'{fps:.4g}' for fps in sorted(set(offered), reverse=True))} fps"


def _readable(device: Device) -> list[int]:
    offered = [form.pixel_format for form in video.iter_read_formats(device, _VIDEO)]
    return [form for form in offered if video.human_pixel_format(form) in get_args(PixelFormat)]


def set_mode(device: Device, name: str, mode: PictureMode) -> tuple[int, tuple[str, ...]]:
    """Set what the pictures shall be like.

    Returns
    -------
    bytes per row, and a line about everything that is not quite as asked

    Raises
    ------
    CaptureError : the camera delivers another size or form
    """
    device.set_format(_VIDEO, mode.width, mode.height, mode.pixel_format)
    given: Any = device.get_format(_VIDEO)
    delivered = f"{video.human_pixel_format(given.pixel_format)} {given.width}x{given.height}"
    if delivered != str(mode):
        offered = "; ".join(describe_modes(device)) or "nothing that it lists"
        raise CaptureError(f"camera '{name}': delivers {delivered} where {mode} was asked; it offers {offered}")
    return int(given.bytes_per_line), tuple(_set_rate(device, mode.fps))


def _set_rate(device: Device, fps: float) -> Iterator[str]:
    try:
        device.set_fps(_VIDEO, fps)
        given = float(device.get_fps(_VIDEO))
    except (OSError, ZeroDivisionError):
        yield f"{fps:g} frames per second were asked, the camera cannot be told; its rate is measured"
        return
    if abs(given - fps) > 0.02 * fps:
        yield f"{fps:g} frames per second were asked, the camera says {given:.4g}"
