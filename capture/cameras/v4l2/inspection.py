"""Cameras looked at and set without streaming from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from capture.cameras.usb_settings import ExposureSettings
from capture.cameras.v4l2.controls import apply_settings, describe_settings
from capture.cameras.v4l2.devices import find_device, identity, list_devices
from capture.cameras.v4l2.kernel_interface import video
from capture.cameras.v4l2.modes import describe_modes
from capture.errors import CaptureError


@dataclass(frozen=True)
class CameraDescription:
    """One camera in words: its name for a configuration, what it is, its file, its pictures and its settings."""

    name: str
    card: str
    path: str
    modes: tuple[str, ...]
    settings: tuple[str, ...]


def describe_cameras() -> Iterator[CameraDescription]:
    """Every camera that is plugged in."""
    devices = list_devices()
    for device in devices:
        with video.Device(device.path) as opened:
            modes, settings = tuple(describe_modes(opened)), tuple(describe_settings(opened))
        yield CameraDescription(identity(device, devices), device.card, str(device.path), modes, settings)


def change_settings(wanted: str, settings: ExposureSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Set a camera, which may be streaming elsewhere.

    Returns
    -------
    all its settings as they are now, and a line for everything that it did not take

    Raises
    ------
    CaptureError : no such camera, or it cannot be opened
    """
    device = find_device(wanted, list_devices())
    try:
        with video.Device(device.path) as opened:
            ignored = apply_settings(opened, settings)
            return tuple(describe_settings(opened)), ignored
    except OSError as error:
        raise CaptureError(f"camera '{wanted}': cannot be set ({error.strerror})") from None
