"""Drift watch during a live session: tells which camera was bumped, while the session goes on."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from calibration.drift import DriftWatch, turn_evidence
from capture.types import FrameSet, Keypoints2D
from geometry.rig import Rig
from valgus.rigs.person_views import LEAST_CONFIDENCE

Array = NDArray[np.float64]
_Found = TypeVar("_Found", covariant=True)

# The watch costs less than half a millisecond; this often it is nothing to the core, and a bump is told in seconds.
_EVERY_NS = 50_000_000


class _Reconstructor(Protocol[_Found]):
    def collect(self, view: Keypoints2D) -> None: ...
    def work_ahead(self) -> bool: ...
    def update(self, views: FrameSet) -> _Found: ...


class WatchedReconstructor(_Reconstructor[_Found]):
    """A reconstructor whose views are watched on the way.

    Parameters
    ----------
    inner : does the work
    rig : cameras in the order of the views
    tell : receives one line for a person when a camera moved; once per camera
    """

    def __init__(self, inner: _Reconstructor[_Found], rig: Rig, tell: Callable[[str], None]) -> None:
        self._inner, self._rig, self._tell = inner, rig, tell
        self._watch = DriftWatch(rig.names)
        self._looked_ns: int | None = None
        self._unwatched: FrameSet | None = None
        self._told: set[str] = set()
        # Compiles the kernel now, not in the middle of the session.
        turn_evidence(rig.arrays, np.full((len(rig), 1, 2), np.nan), np.zeros((len(rig), 1)))

    def collect(self, view: Keypoints2D) -> None:
        """Hand a view on."""
        self._inner.collect(view)

    def work_ahead(self) -> bool:
        """Look at the rig where the inner reconstructor has nothing to do."""
        if self._inner.work_ahead():
            return True
        views, self._unwatched = self._unwatched, None
        if views is not None:
            self._look(views)
        return views is not None

    def update(self, views: FrameSet) -> _Found:
        """What the inner reconstructor finds."""
        if self._looked_ns is None or views.time_ns - self._looked_ns >= _EVERY_NS:
            self._looked_ns, self._unwatched = views.time_ns, views
        return self._inner.update(views)

    def _look(self, views: FrameSet) -> None:
        seen = _most_confident(views)
        if seen is None:
            return
        evidence = turn_evidence(self._rig.arrays, *seen, LEAST_CONFIDENCE)
        self._watch, alarm = self._watch.update(evidence)
        if alarm is not None and alarm.camera not in self._told:
            self._told.add(alarm.camera)
            self._tell(str(alarm))


def _most_confident(frames: FrameSet) -> tuple[Array, Array] | None:
    """Pixels (C, K, 2) and confidence (C, K) of one person per view; None where fewer than two cameras see any."""
    people = [view for view in frames.views if view is not None and len(view.uv)]
    if len(people) < 2:
        return None
    keypoints = people[0].uv.shape[1]
    uv, confidence = np.full((len(frames.views), keypoints, 2), np.nan), np.zeros((len(frames.views), keypoints))
    for c, view in enumerate(frames.views):
        if view is not None and len(view.uv):
            uv[c], confidence[c] = _of_view(view)
    return uv, confidence


def _of_view(view: Keypoints2D) -> tuple[Array, Array]:
    best = int(np.argmax(view.confidence.sum(axis=1)))
    return view.uv[best].astype(np.float64), view.confidence[best].astype(np.float64)
