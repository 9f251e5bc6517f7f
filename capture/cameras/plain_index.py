"""USB cameras where the operating system names them by a plain number (Windows, macOS), through OpenCV."""

import time
from typing import Any

from capture.cameras.arrival import ArrivalTimes
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.errors import CaptureError
from capture.types import Frame

_READ_ATTEMPTS = 3


class PlainIndexCamera:
    """A camera by its number; frames are timed by their arrival, and losses cannot be counted.

    Attributes
    ----------
    notices : what the camera did not take as asked, one line each

    Raises
    ------
    CaptureError : there is no such camera, or it delivers another size than asked
    """

    def __init__(self, name: str, number: int, mode: PictureMode, settings: ExposureSettings) -> None:
        import cv2

        self._name, self._arrivals = name, ArrivalTimes()
        self._frames = 0
        self._capture: Any = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise CaptureError(f"camera '{name}': there is no camera number {number}, or another program uses it")
        self._ask_for(mode, cv2)
        self.notices = tuple(self._apply(settings, cv2))

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._name

    def read(self) -> Frame | None:
        """Wait for the next frame; raises CaptureError when the camera is gone."""
        for _ in range(_READ_ATTEMPTS):
            delivered, image = self._capture.read()
            if delivered:
                now_ns = time.monotonic_ns()
                self._frames += 1
                return Frame(self._name, self._frames - 1, now_ns, self._arrivals.arrived(now_ns), image)
        raise CaptureError(f"camera '{self._name}': delivers no frames any more; is it still plugged in?")

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.release()

    def _ask_for(self, mode: PictureMode, cv2: Any) -> None:
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*mode.pixel_format))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, mode.width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, mode.height)
        self._capture.set(cv2.CAP_PROP_FPS, mode.fps)
        width = round(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = round(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if (width, height) != (mode.width, mode.height):
            self._capture.release()
            raise CaptureError(
                f"camera '{self._name}': delivers {width}x{height} where {mode.width}x{mode.height} was asked; "
                "ask for a size that it has"
            )

    def _apply(self, settings: ExposureSettings, cv2: Any) -> list[str]:
        """Set by hand what was asked; units of exposure differ between systems, so only refusals can be told."""
        wanted = {
            "exposure": (cv2.CAP_PROP_EXPOSURE, settings.exposure_ms),
            "gain": (cv2.CAP_PROP_GAIN, settings.gain),
            "white balance": (cv2.CAP_PROP_WB_TEMPERATURE, settings.white_balance_k),
            "focus": (cv2.CAP_PROP_FOCUS, settings.focus),
        }
        return [
            f"{what}: the system did not take {value:g}"
            for what, (prop, value) in wanted.items()
            if value is not None and not self._capture.set(prop, value)
        ]
