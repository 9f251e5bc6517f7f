"""How many cameras contribute at the moment."""

from capture.types import FrameSet

_RECENT_NS = 100_000_000


class Attendance:
    """When each of the cameras last had a view in a set."""

    def __init__(self, cameras: int) -> None:
        self._last_ns: list[int | None] = [None] * cameras

    def count(self, frames: FrameSet) -> int:
        """Note a set; returns the number of cameras seen within the last 100 ms of capture time."""
        for camera, view in enumerate(frames.views):
            if view is not None:
                self._last_ns[camera] = view.time_ns
        return sum(last is not None and frames.time_ns - last < _RECENT_NS for last in self._last_ns)
