"""A camera whose known lateness is taken out of its times."""

import math
from dataclasses import replace

from capture.cameras.base import Camera
from capture.latency.file import CameraLatency
from capture.types import Frame


class PunctualCamera:
    """Wraps a camera that stamps frames later than others do; see `capture.latency`."""

    def __init__(self, camera: Camera, latency: CameraLatency) -> None:
        self._camera, self._latency = camera, latency

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._camera.name

    def read(self) -> Frame | None:
        """Next frame with its corrected time, which is as uncertain as clock and correction together."""
        frame = self._camera.read()
        if frame is None:
            return None
        sd_ns = math.ceil(math.hypot(frame.time_sd_ns, self._latency.sd_ns))
        return replace(frame, time_ns=frame.time_ns - self._latency.latency_ns, time_sd_ns=sd_ns)

    def close(self) -> None:
        """Close the camera."""
        self._camera.close()
