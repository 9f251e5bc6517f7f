"""Everybody in view of a live session, one set of views after the other."""

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet
from geometry.rig import Rig
from reconstruct.kernels import track_people as kernels
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.detections import followed_columns, followed_points
from reconstruct.tracking.people import anatomy, nobody

Array = NDArray[np.float64]

_NS = 1e-9
_FIRST_INTERVAL_S = 1 / 60


class LivePeople:
    """Follows everybody and numbers them in the order of appearance.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoints : what the detectors emit
    noise : of the detectors
    """

    def __init__(self, rig: Rig, keypoints: KeypointSet, noise: PixelNoise) -> None:
        self._rig, self._keypoints, self._noise = rig, keypoints, noise
        self._columns, self._anatomy = followed_columns(keypoints), anatomy()
        self._people = nobody()
        self._last_ns: int | None = None

    def identify(self, frames: FrameSet) -> NDArray[np.int64]:
        """Number (C, P) of the person that each view's detections show.

        `piece_of` it for one more piece of that person; -1 for nobody and places without detection.
        """
        uv, confidence = self._laid_out(frames)
        only = np.zeros((len(uv), 1), dtype=np.int64)
        xy, sd = followed_points(self._rig, uv[:, None], confidence[:, None], self._columns, only, self._noise)
        now_ns = frames.time_ns
        interval_s = _FIRST_INTERVAL_S if self._last_ns is None else max((now_ns - self._last_ns) * _NS, 0.0)
        self._last_ns = now_ns
        found = np.empty(sd.shape, dtype=np.int64)
        kernels.track_people(
            self._rig.arrays,
            self._people,
            self._anatomy,
            xy,
            sd,
            np.array([interval_s]),
            found,
        )
        return found[0]

    def places(self) -> dict[int, Array]:
        """Joints (J, 3) of everybody who is followed, metres, NaN where never seen; by number.

        J are shoulder, elbow, wrist, hip, knee and ankle of the left side, then of the right.
        """
        there = np.flatnonzero(self._people.identity >= 0)
        return {int(self._people.identity[m]): self._people.position[m].T.copy() for m in there}

    def _laid_out(self, frames: FrameSet) -> tuple[Array, Array]:
        places = max((len(view.uv) for view in frames.views if view is not None), default=0)
        uv = np.full((len(self._rig), max(places, 1), len(self._keypoints), 2), np.nan)
        confidence = np.zeros(uv.shape[:-1])
        for c, view in enumerate(frames.views):
            if view is not None:
                uv[c, : len(view.uv)], confidence[c, : len(view.uv)] = view.uv, view.confidence
        return uv, confidence
