"""USB cameras in the best way that this operating system has."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from capture.cameras.base import Camera
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.errors import CaptureError

if TYPE_CHECKING:
    from capture.cameras.v4l2.inspection import CameraDescription


class UsbCamera(Camera, Protocol):
    """A camera that says what it did not take as asked."""

    notices: tuple[str, ...]


def open_usb_camera(name: str, device: str, mode: PictureMode, settings: ExposureSettings) -> UsbCamera:
    """Open the device of this serial number, port, path or number; raises CaptureError."""
    if sys.platform == "linux":
        return _v4l2("camera").V4l2Camera(name, device, mode, settings)
    if not device.isdecimal():
        raise CaptureError(f"camera '{name}': '{device}': on this system cameras have numbers only, from 0 up")
    from capture.cameras.plain_index import PlainIndexCamera

    return PlainIndexCamera(name, int(device), mode, settings)


def usb_cameras() -> "list[CameraDescription]":
    """Every camera that is plugged in; CaptureError on systems that do not tell."""
    _require_linux()
    return list(_v4l2("inspection").describe_cameras())


def set_usb_camera(device: str, settings: ExposureSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Set a camera that may be in use; returns its settings, and a line for everything that it did not take."""
    _require_linux()
    return _v4l2("inspection").change_settings(device, settings)


def _require_linux() -> None:
    if sys.platform != "linux":
        raise CaptureError("cameras: on this system they have numbers only, from 0 up; try 'valgus cameras preview 0'")


def _v4l2(module: str) -> Any:
    try:
        return import_module(f"capture.cameras.v4l2.{module}")
    except ModuleNotFoundError:
        raise CaptureError("cameras: USB cameras cannot be read; run: pip install 'valgus[usb]'") from None
