"""Views of recordings -> sets of one instant: every camera is waited for, however long its detector takes."""

from collections.abc import Sequence

from capture.synchronizer import Synchronizer
from capture.types import FrameSet, Keypoints2D
from valgus.live.rounds import Gathered


class LockStep:
    """Groups views by capture time; the order of their arrival does not matter.

    Parameters
    ----------
    cameras : names in the order of the sets' views
    """

    due_ns = None

    def __init__(self, cameras: Sequence[str]) -> None:
        self._synchronizer = Synchronizer(cameras)
        self._arrived_ns = 0

    def add(self, view: Keypoints2D, arrived_ns: int) -> list[Gathered]:
        """Take one view; returns the sets that are complete now."""
        self._arrived_ns = arrived_ns
        return self._gathered(self._synchronizer.add(view))

    def is_new(self, view: Keypoints2D) -> bool:
        """Whether a view is looked at; the synchronizer counts those that are late."""
        return True

    def end(self, camera: str) -> list[Gathered]:
        """Wait no longer for this camera."""
        return self._gathered(self._synchronizer.end(camera))

    def overdue(self, now_ns: int) -> list[Gathered]:
        """Nothing: a recording has time."""
        return []

    def flush(self) -> list[Gathered]:
        """All sets that are left, complete or not."""
        return self._gathered(self._synchronizer.flush())

    def _gathered(self, sets: list[FrameSet]) -> list[Gathered]:
        return [Gathered(frames, self._arrived_ns) for frames in sets]
