"""`[[cameras]]` of a node's configuration, one table per kind of camera, and how each is opened."""

from pathlib import Path
from typing import Annotated

import msgspec

from capture.cameras.base import Camera
from capture.cameras.usb_settings import ExposureSettings, PictureMode, PixelFormat
from capture.cameras.video_file import VideoFile
from capture.messages import Name

Side = Annotated[int, msgspec.Meta(ge=16, le=16384)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=10000)]


class VideoCameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="video"):
    """`kind = "video"`: a file, relative to the configuration."""

    name: Name
    path: str


class UsbCameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="usb"):
    """`kind = "usb"`: `device` is what `valgus cameras list` calls it; settings that are left out stay automatic."""

    name: Name
    device: str
    width: Side = 1280
    height: Side = 720
    fps: Rate = 60.0
    pixel_format: PixelFormat = "MJPG"
    exposure_ms: Positive | None = None
    gain: int | None = None
    white_balance_k: int | None = None
    focus: int | None = None


class NetworkCameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="network"):
    """`kind = "network"`: a phone or network camera, `url` with http, https or rtsp."""

    name: Name
    url: str


CameraTable = VideoCameraTable | UsbCameraTable | NetworkCameraTable


def with_absolute_path(table: CameraTable, folder: Path) -> CameraTable:
    """Resolve the path of a recording against the configuration's folder."""
    if isinstance(table, VideoCameraTable):
        return msgspec.structs.replace(table, path=str(folder / table.path))
    return table


def open_camera(table: CameraTable) -> tuple[Camera, str]:
    """Open a camera; returns it with one line on what it did not take as asked, else empty; raises CaptureError."""
    if isinstance(table, VideoCameraTable):
        return VideoFile(Path(table.path), table.name), ""
    if isinstance(table, NetworkCameraTable):
        from capture.cameras.network import NetworkCamera

        return NetworkCamera(table.name, table.url), ""
    from capture.cameras.usb import open_usb_camera

    mode = PictureMode(table.width, table.height, table.fps, table.pixel_format)
    settings = ExposureSettings(table.exposure_ms, table.gain, table.white_balance_k, table.focus)
    camera = open_usb_camera(table.name, table.device, mode, settings)
    return camera, "; ".join(camera.notices)
