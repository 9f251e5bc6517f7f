"""Cameras that one electrical pulse exposes: their frames belong together by number, whatever their stamps say."""

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from statistics import median

from capture.types import Keypoints2D

_REMEMBERED_PULSES = 256
_REMEMBERED_INTERVALS = 15
_SLIPPED_VIEWS, _SLIPPED_INTERVALS = 60, 0.6
"""So many stamps in a row are never off their pulses by so much, however a camera stalls: it has missed a pulse and not
counted it, or was stalling when its numbers were matched."""


@dataclass(frozen=True, slots=True)
class _Pulse:
    time_ns: int
    time_sd_ns: int


@dataclass(slots=True)
class _Camera:
    """`shift` is the pulse's number minus the frame's, None while it is not known."""

    shift: int | None = None
    newest: Keypoints2D | None = None
    off_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_SLIPPED_VIEWS))


class TriggeredCameras:
    """Gives all views of one pulse the same time.

    The first view of a pulse that arrives says when it was.  A camera's numbers are matched to the pulses by time when
    it begins (again), by count from then on: stamps may jitter and stall, and frames may be lost, but views of
    different pulses are never mixed.  Until two frames of one camera have told the interval, times stay as they are.
    """

    def __init__(self) -> None:
        self._cameras: defaultdict[str, _Camera] = defaultdict(_Camera)
        self._pulses: dict[int, _Pulse] = {}
        self._intervals_ns: deque[float] = deque(maxlen=_REMEMBERED_INTERVALS)
        self._news: list[str] = []

    def retimed(self, view: Keypoints2D) -> Keypoints2D:
        """The view with the time of its pulse."""
        camera = self._cameras[view.camera]
        self._note(camera, view)
        if not self._intervals_ns:
            return view
        if camera.shift is None:
            camera.shift = self._number_at(view.time_ns, view.frame_index) - view.frame_index
        pulse = self._pulse(view.frame_index + camera.shift, view)
        camera.off_ns.append(view.time_ns - pulse.time_ns)
        self._notice_a_slip(view.camera, camera)
        return replace(view, time_ns=pulse.time_ns, time_sd_ns=pulse.time_sd_ns)

    def news(self) -> tuple[str, ...]:
        """What is worth telling a person since the last time, one line each."""
        told, self._news = tuple(self._news), []
        return told

    def _note(self, camera: _Camera, view: Keypoints2D) -> None:
        """Measure the interval; numbers that begin anew are those of a camera that was started again."""
        before, camera.newest = camera.newest, view
        if before is None:
            return
        frames = view.frame_index - before.frame_index
        if frames <= 0:
            camera.shift = None
            camera.off_ns.clear()
        elif view.time_ns > before.time_ns:
            self._intervals_ns.append((view.time_ns - before.time_ns) / frames)

    def _number_at(self, time_ns: int, first: int) -> int:
        """Number of the pulse nearest to a time; `first` where there has been none."""
        if not self._pulses:
            return first
        latest, pulse = next(reversed(self._pulses.items()))
        return latest + round((time_ns - pulse.time_ns) / median(self._intervals_ns))

    def _pulse(self, number: int, view: Keypoints2D) -> _Pulse:
        """Pulse of a number, which this view may be the first to show."""
        known = self._pulses.get(number)
        if known is not None:
            return known
        pulse = self._pulses[number] = _Pulse(self._in_order(number, view.time_ns), view.time_sd_ns)
        if len(self._pulses) > _REMEMBERED_PULSES:
            del self._pulses[next(iter(self._pulses))]
        return pulse

    def _in_order(self, number: int, time_ns: int) -> int:
        """The time, or the nearest that does not turn the order of the pulses round."""
        before = self._first_of(range(number - 1, number - _REMEMBERED_PULSES, -1))
        after = self._first_of(range(number + 1, number + _REMEMBERED_PULSES))
        if before is not None:
            time_ns = max(time_ns, before.time_ns + 1)
        return time_ns if after is None else min(time_ns, after.time_ns - 1)

    def _first_of(self, numbers: range) -> _Pulse | None:
        return next((self._pulses[number] for number in numbers if number in self._pulses), None)

    def _notice_a_slip(self, name: str, camera: _Camera) -> None:
        if len(camera.off_ns) < _SLIPPED_VIEWS or camera.shift is None:
            return
        interval_ns = median(self._intervals_ns)
        least_ns = min(camera.off_ns, key=abs)
        if abs(least_ns) > _SLIPPED_INTERVALS * interval_ns:
            pulses = round(median(camera.off_ns) / interval_ns)
            camera.shift += pulses
            camera.off_ns.clear()
            self._news.append(f"camera '{name}' was {pulses:+d} pulses off the others for a while; put right")
