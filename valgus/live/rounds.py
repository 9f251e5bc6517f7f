"""Views of free-running cameras -> sets of one instant, each as soon as nothing more is to be expected for it.

Every camera has a rhythm: the interval between its frames and how late they usually come.  A set is complete with the
last camera whose turn it is.  A view that is overdue is not waited for: its set leaves without it, and it is used by
itself when it comes after all.  No clock is read here: whoever asks says what time it is.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from capture.synchronizer import OUT_OF_PHASE
from capture.types import FrameSet, Keypoints2D

_FIRST_WINDOW_NS = 100_000_000
"""While no interval is known, a set ends with the second view of a camera."""
_SILENT_INTERVALS = 10
_REMEMBERED_INTERVALS, _REMEMBERED_DELAYS = 15, 60
_PUNCTUAL_SHARE = 0.95
"""Of a camera's views are waited for; the rest is later than it is worth delaying everybody else's."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Views of one instant, when the last of them came (hub clock), and whether others were waited for in vain."""

    frames: FrameSet
    arrived_ns: int
    in_vain: bool = False


class _Rhythm:
    """When one camera's next frame is exposed and when it is overdue, from its recent ones."""

    def __init__(self) -> None:
        self.newest_ns: int | None = None
        self.next_ns: int | None = None
        self.interval_ns: int | None = None
        self._allowance_ns = 0
        self._intervals: deque[int] = deque(maxlen=_REMEMBERED_INTERVALS)
        self._delays: deque[int] = deque(maxlen=_REMEMBERED_DELAYS)

    def beat(self, exposed_ns: int, arrived_ns: int) -> None:
        """Note a view."""
        if self.newest_ns is not None:
            self._intervals.append(exposed_ns - self.newest_ns)
            self.interval_ns = median_low(self._intervals)
            self.next_ns = exposed_ns + self.interval_ns
        self.newest_ns = exposed_ns
        self._delays.append(arrived_ns - exposed_ns)
        self._allowance_ns = sorted(self._delays)[int(_PUNCTUAL_SHARE * (len(self._delays) - 1))]

    def guess(self, interval_ns: int) -> None:
        """Expect a second view after the interval of other cameras."""
        if self.interval_ns is None and self.next_ns is None and self.newest_ns is not None:
            self.next_ns = self.newest_ns + interval_ns

    def skip_until(self, end_ns: int) -> None:
        """Expect nothing more of an instant that has left."""
        if self.interval_ns is None:
            self.next_ns = None
        while self.interval_ns and self.next_ns is not None and self.next_ns < end_ns:
            self.next_ns += self.interval_ns

    def rest(self) -> None:
        """Expect nothing until the camera is back."""
        self.next_ns = None

    @property
    def overdue_ns(self) -> int:
        """When the next view should have come."""
        return (self.next_ns or 0) + self._allowance_ns


class Rounds:
    """Groups views by capture time.

    Parameters
    ----------
    cameras : names in the order of the sets' views
    width_intervals : how many frame intervals the views of a set lie apart at most
    """

    def __init__(self, cameras: Sequence[str], width_intervals: float = OUT_OF_PHASE) -> None:
        self._width_intervals = width_intervals
        self._rhythms = {camera: _Rhythm() for camera in cameras}
        self._views: dict[str, Keypoints2D] = {}
        self._arrived_ns = 0
        self._last_views: dict[str, Keypoints2D] = {}
        self._last_end_ns: int | None = None

    def add(self, view: Keypoints2D, arrived_ns: int) -> list[Gathered]:
        """Take one view that is newer than its camera's last; returns the sets that leave now."""
        self._rhythms[view.camera].beat(view.time_ns, arrived_ns)
        if interval_ns := self._interval_ns():
            for rhythm in self._rhythms.values():
                rhythm.guess(interval_ns)
        if self._is_late(view):
            return []
        leaving = [self._leave()] if self._views and not self._fits(view) else []
        self._views[view.camera] = view
        self._arrived_ns = arrived_ns
        return leaving + self._leaving_if_complete()

    def is_new(self, view: Keypoints2D) -> bool:
        """Whether a view is newer than its camera's last."""
        newest_ns = self._rhythms[view.camera].newest_ns
        return newest_ns is None or view.time_ns > newest_ns

    def end(self, camera: str) -> list[Gathered]:
        """Wait no longer for this camera; it may come back by sending again."""
        if camera in self._rhythms:
            self._rhythms[camera].rest()
        return self._leaving_if_complete()

    def overdue(self, now_ns: int) -> list[Gathered]:
        """The set whose missing views should all have come by now."""
        return [self._leave()] if self.due_ns is not None and self.due_ns <= now_ns else []

    def flush(self) -> list[Gathered]:
        """What is left."""
        return [self._leave()] if self._views else []

    @property
    def due_ns(self) -> int | None:
        """When the current set leaves whatever is missing; None while nothing waits or no rhythm is known."""
        missing = self._missing()
        return max((rhythm.overdue_ns for rhythm in missing), default=None)

    def _is_late(self, view: Keypoints2D) -> bool:
        """Whether a view belongs to an instant that has left."""
        if self._views and view.time_ns <= self._newest_ns() - self._window_ns():
            return True
        absent = view.camera not in self._last_views
        return self._last_end_ns is not None and absent and view.time_ns < self._last_end_ns

    def _fits(self, view: Keypoints2D) -> bool:
        return view.camera not in self._views and view.time_ns < self._end_ns()

    def _leaving_if_complete(self) -> list[Gathered]:
        known = any(rhythm.interval_ns for rhythm in self._rhythms.values())
        return [self._leave()] if self._views and known and not self._missing() else []

    def _missing(self) -> list[_Rhythm]:
        """Of the cameras whose turn it is."""
        if not self._views:
            return []
        turn_ns, silent_ns = self._turn_ns(), self._newest_ns() - _SILENT_INTERVALS * self._interval_ns()
        return [
            rhythm
            for camera, rhythm in self._rhythms.items()
            if camera not in self._views
            and rhythm.next_ns is not None
            and rhythm.next_ns < turn_ns
            and (rhythm.newest_ns or 0) >= silent_ns
        ]

    def _leave(self) -> Gathered:
        in_vain = bool(self._missing())
        times = [view.time_ns for view in self._views.values()]
        views = tuple(self._views.get(camera) for camera in self._rhythms)
        self._last_end_ns, self._last_views = self._end_ns() if self._interval_ns() else None, self._views
        for camera, rhythm in self._rhythms.items():
            if camera not in self._views:
                rhythm.skip_until(self._turn_ns())
        self._views = {}
        return Gathered(FrameSet(sum(times) // len(times), views), self._arrived_ns, in_vain)

    def _newest_ns(self) -> int:
        return max(view.time_ns for view in self._views.values())

    def _end_ns(self) -> int:
        return min(view.time_ns for view in self._views.values()) + self._window_ns()

    def _turn_ns(self) -> int:
        """Until when frames belong to the current instant by their rhythm, which is less exact than their times."""
        return max(
            self._end_ns(), min(v.time_ns for v in self._views.values()) + round(OUT_OF_PHASE * self._interval_ns())
        )

    def _window_ns(self) -> int:
        interval_ns = self._interval_ns()
        return max(1, round(self._width_intervals * interval_ns)) if interval_ns else _FIRST_WINDOW_NS

    def _interval_ns(self) -> int:
        """Shortest frame interval; 0 while none is known."""
        return min((rhythm.interval_ns for rhythm in self._rhythms.values() if rhythm.interval_ns), default=0)
