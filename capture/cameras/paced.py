"""Recorded frames released at the pace at which they were captured, as if they were live."""

import time
from collections.abc import Callable
from dataclasses import replace

from capture.cameras.base import Camera
from capture.types import Frame

_NS = 1_000_000_000


class PacedCamera:
    """Wraps a recording: a frame appears when its time has come, with that time on this computer's clock.

    The first frame's time is `start_ns`; cameras that share it stay synchronised as they were recorded.
    """

    def __init__(self, recording: Camera, start_ns: int, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._recording, self._start_ns, self._clock = recording, start_ns, clock
        self._first_ns: int | None = None

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._recording.name

    def read(self) -> Frame | None:
        """Wait until the next frame is due; None at the end."""
        frame = self._recording.read()
        if frame is None:
            return None
        if self._first_ns is None:
            self._first_ns = frame.time_ns
        due_ns = self._start_ns + frame.time_ns - self._first_ns
        time.sleep(max(0, due_ns - self._clock()) / _NS)
        return replace(frame, time_ns=due_ns)

    def close(self) -> None:
        """Close the recording."""
        self._recording.close()
