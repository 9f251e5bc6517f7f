"""What can be asked of a USB camera, whatever the operating system."""

from dataclasses import dataclass
from typing import Literal

PixelFormat = Literal["MJPG", "YUYV"]


@dataclass(frozen=True)
class PictureMode:
    """Size (px), rate (frames per second) and form of the pictures."""

    width: int
    height: int
    fps: float
    pixel_format: PixelFormat

    def __str__(self) -> str:
        return f"{self.pixel_format} {self.width}x{self.height}"


@dataclass(frozen=True)
class ExposureSettings:
    """Manual settings; what is None stays as the camera has it.

    Attributes
    ----------
    exposure_ms : how long the shutter is open
    gain, focus : in the camera's own units
    white_balance_k : colour temperature, kelvin
    """

    exposure_ms: float | None = None
    gain: int | None = None
    white_balance_k: int | None = None
    focus: int | None = None
