"""What a node knows about one of its cameras: rates, times and losses, measured."""

import threading
from collections import deque
from itertools import pairwise
from statistics import median

from capture.messages import CameraState, CameraStatus
from capture.recording.keeper import Keeper

_REMEMBERED = 60
_NS = 1e9
_NOTICE_LENGTH = 500


class CameraWatch:
    """Counts for the heartbeat; written by the camera's threads, read by the node's.

    `notice` is told as long as nothing worse is to be told.
    """

    def __init__(self, camera: str, notice: str = "") -> None:
        self._camera, self._notice = camera, notice
        self._lock = threading.Lock()
        self._state: CameraState = "starting"
        self._why = ""
        self._captured_ns: deque[int] = deque(maxlen=_REMEMBERED)
        self._published_ns: deque[int] = deque(maxlen=_REMEMBERED)
        self._detection_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._frames = self._missed = 0
        self._last_index: int | None = None

    def captured(self, index: int, time_ns: int) -> None:
        """Note a frame, by its number and capture time; numbers that begin anew are those of a camera come back."""
        with self._lock:
            self._frames += 1
            if self._last_index is not None:
                self._missed += max(0, index - self._last_index - 1)
            self._last_index = index
            self._captured_ns.append(time_ns)
            if self._state != "running":
                self._state, self._why = "running", ""

    def published(self, time_ns: int, detection_s: float) -> None:
        """Note keypoints that were sent, by capture time, and how long finding them took."""
        with self._lock:
            self._published_ns.append(time_ns)
            self._detection_s.append(detection_s)

    def become(self, state: CameraState, why: str = "") -> None:
        """Change the camera's state, for a reason that is worth a line."""
        with self._lock:
            self._state, self._why = state, why
            if state == "lost":
                self._last_index = None

    @property
    def keeps_up(self) -> bool:
        """Whether detection is faster than the camera, as far as is known."""
        with self._lock:
            if len(self._captured_ns) < 2 or not self._detection_s:
                return True
            return median(self._detection_s) < _median_interval_s(self._captured_ns)

    def status(self, queue: int, dropped: int, keeper: Keeper) -> CameraStatus:
        """Everything for the heartbeat; the queue is counted where it is, the recording by its keeper."""
        with self._lock:
            return CameraStatus(
                camera=self._camera,
                state=self._state,
                fps=_rate(self._captured_ns),
                published_fps=_rate(self._published_ns),
                detection_ms=1e3 * median(self._detection_s) if self._detection_s else 0.0,
                queue=queue,
                frames=self._frames,
                dropped=dropped,
                recorded=keeper.recorded,
                notice=(self._why or keeper.notice or self._notice)[:_NOTICE_LENGTH],
                missed=self._missed,
            )


def _rate(times_ns: deque[int]) -> float:
    """Events per second over the remembered span; 0 while it is not known."""
    span_ns = times_ns[-1] - times_ns[0] if times_ns else 0
    return (len(times_ns) - 1) / span_ns * _NS if span_ns > 0 else 0.0


def _median_interval_s(times_ns: deque[int]) -> float:
    return median(later - earlier for earlier, later in pairwise(times_ns)) / _NS
