"""Streams of single cameras -> sets of views of one instant, by capture time alone.

No clock is read here: how long a set waits for a missing view is measured in capture time, so the same packets
always give the same sets.  Every view is used once or counted as late.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from statistics import median_low

from capture.errors import CaptureError
from capture.types import FrameSet, Keypoints2D

LIVE_WAIT_INTERVALS = 1.5
OUT_OF_PHASE = 0.75
"""Width of a set in frame intervals: wide enough for cameras out of phase, too narrow for two frames of one camera."""
SAME_TIME = 0.0
"""Width of a set whose views have the very same time, as `capture.trigger.pulses` gives it."""
_SILENT_INTERVALS = 10
_REMEMBERED_INTERVALS = 15
_MOST_PENDING = 100_000


class _Stream:
    """One camera: views that wait for their set, and the frame interval measured on those that left."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self.pending: deque[Keypoints2D] = deque()
        self.ended = False
        self.late = 0
        self.newest_ns: int | None = None
        self._intervals: deque[int] = deque(maxlen=_REMEMBERED_INTERVALS)
        self._left_ns: int | None = None

    @property
    def interval_ns(self) -> int | None:
        """Median of the recent frame intervals; the first interval waiting where no view has left yet."""
        if self._intervals:
            return median_low(self._intervals)
        if len(self.pending) > 1:
            return self.pending[1].time_ns - self.pending[0].time_ns
        return None

    def take(self) -> Keypoints2D:
        """Let the oldest view leave."""
        view = self.pending.popleft()
        if self._left_ns is not None:
            self._intervals.append(view.time_ns - self._left_ns)
        self._left_ns = view.time_ns
        return view


class Synchronizer:
    """Groups the views of several cameras.

    Parameters
    ----------
    cameras : names in the order of the sets' views
    wait_intervals : how many frame intervals a set waits for cameras that have not shown up; infinite (lock-step)
        waits until each has sent a later view or has ended, so that sets do not depend on the order of arrival
    width_intervals : how many frame intervals the views of a set lie apart at most
    """

    def __init__(
        self, cameras: Sequence[str], wait_intervals: float = math.inf, width_intervals: float = OUT_OF_PHASE
    ) -> None:
        self._streams = {camera: _Stream(camera) for camera in cameras}
        self._wait_intervals, self._width_intervals = wait_intervals, width_intervals
        self._last: FrameSet | None = None
        self._last_start_ns = self._last_end_ns = 0
        self.strangers = 0
        """Views of cameras that are not among those named."""

    @property
    def late(self) -> dict[str, int]:
        """Views per camera that came after their set had left, or out of order; they were not used."""
        return {stream.camera: stream.late for stream in self._streams.values()}

    def add(self, view: Keypoints2D) -> list[FrameSet]:
        """Take one view; returns the sets that are complete now."""
        stream = self._streams.get(view.camera)
        if stream is None:
            self.strangers += 1
            return []
        if self._is_late(stream, view):
            stream.late += 1
            return []
        stream.ended = False
        stream.newest_ns = view.time_ns
        stream.pending.append(view)
        if len(stream.pending) > _MOST_PENDING:
            raise CaptureError(f"camera '{view.camera}' is {_MOST_PENDING} frames ahead of the others; is one stuck?")
        return self._complete()

    def end(self, camera: str) -> list[FrameSet]:
        """Wait no longer for this camera; it may come back by sending again."""
        if camera in self._streams:
            self._streams[camera].ended = True
        return self._complete()

    def flush(self) -> list[FrameSet]:
        """All sets that are left, complete or not."""
        return [frames for camera in self._streams for frames in self.end(camera)]

    def _is_late(self, stream: _Stream, view: Keypoints2D) -> bool:
        if stream.newest_ns is not None and view.time_ns <= stream.newest_ns:
            return True
        if self._last is None or view.time_ns >= self._last_end_ns:
            return False
        took_part = self._last.views[list(self._streams).index(stream.camera)] is not None
        return view.time_ns < self._last_start_ns or not took_part

    def _complete(self) -> list[FrameSet]:
        """Sets for which nothing more is to be waited for."""
        complete: list[FrameSet] = []
        while any(stream.pending for stream in self._streams.values()) and self._knows_enough():
            start_ns = min(stream.pending[0].time_ns for stream in self._streams.values() if stream.pending)
            end_ns = start_ns + max(1, round(self._interval_ns() * self._width_intervals))
            if self._must_wait(start_ns):
                break
            complete.append(self._take(start_ns, end_ns))
        return complete

    def _knows_enough(self) -> bool:
        """Whether frame intervals are known: of every camera in lock-step, of any one live."""
        known = [s.interval_ns is not None or s.ended for s in self._streams.values()]
        return all(known) if math.isinf(self._wait_intervals) else any(known)

    def _interval_ns(self) -> int:
        """Shortest frame interval; 0 where every camera ended after one frame."""
        return min((s.interval_ns for s in self._streams.values() if s.interval_ns is not None), default=0)

    def _must_wait(self, start_ns: int) -> bool:
        absent = [stream for stream in self._streams.values() if not stream.pending and not stream.ended]
        if math.isinf(self._wait_intervals):
            return bool(absent)
        newest_ns = _newest(self._streams.values())
        silent_ns = newest_ns - _SILENT_INTERVALS * self._interval_ns()
        if all(stream.newest_ns is None or stream.newest_ns < silent_ns for stream in absent):
            return False
        return newest_ns - start_ns < self._wait_intervals * self._interval_ns()

    def _take(self, start_ns: int, end_ns: int) -> FrameSet:
        views = tuple(
            stream.take() if stream.pending and stream.pending[0].time_ns < end_ns else None
            for stream in self._streams.values()
        )
        times = [view.time_ns for view in views if view is not None]
        self._last = FrameSet(sum(times) // len(times), views)
        self._last_start_ns, self._last_end_ns = start_ns, end_ns
        return self._last


def _newest(streams: Iterable[_Stream]) -> int:
    return max(stream.newest_ns for stream in streams if stream.newest_ns is not None)
