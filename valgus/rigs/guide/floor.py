"""The board on the floor, noticed by its lying perfectly still."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from calibration.detection.detection import Detection
from calibration.extrinsics.board_sightings import BoardPicture
from capture.types import FrameSet
from valgus.rigs.guide.collection import corners_of

_STILL_NS = 2_000_000_000
# Nobody holds a board that still for two seconds; what is left is the detector's noise.
_STILL_PX = 0.7
_LEAST_INSTANTS = 5


@dataclass(slots=True)
class FloorWatch:
    """Keeps the last two seconds of views; `found` when some camera saw the board at rest all that time."""

    _recent: deque[FrameSet] = field(default_factory=deque[FrameSet])

    def add(self, frames: FrameSet) -> tuple[BoardPicture, ...] | None:
        """Take the views of one instant; returns the pictures of a board at rest."""
        self._recent.append(frames)
        while self._recent and frames.time_ns - self._recent[0].time_ns > _STILL_NS:
            self._recent.popleft()
        if frames.time_ns - self._recent[0].time_ns < 0.8 * _STILL_NS:
            return None
        pictures = [self._at_rest(c) for c in range(len(frames.views))]
        resting = [BoardPicture(c, 0, 0.0, found) for c, found in enumerate(pictures) if found]
        return tuple(resting) or None

    def _at_rest(self, camera: int) -> Detection | None:
        """Mean corners of a camera that saw the same ones all the time without motion."""
        views = [frames.views[camera] for frames in self._recent]
        found = [corners_of(view) for view in views if view is not None]
        if len(found) < _LEAST_INSTANTS or not all(found):
            return None
        ids = found[0].ids
        for one in found[1:]:
            ids = np.intersect1d(ids, one.ids)
        uv = np.array([one.uv[np.isin(one.ids, ids)] for one in found])
        if len(ids) < 4 or float(np.linalg.norm(np.ptp(uv, axis=0), axis=-1).max()) > _STILL_PX:
            return None
        return Detection(ids, uv.mean(axis=0))
