"""Points of other programs as a PointTrial."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KEYPOINT_SETS, KeypointSet
from reconstruct.types import PointTrial

Array = NDArray[np.float64]

IMPORTED_SET = "markers"


def marker_trial(time_s: Array, names: Sequence[str], xyz: Array) -> PointTrial:
    """Trial of K named points with nothing known about cameras or covariance.

    Parameters
    ----------
    time_s : (F,) seconds
    names : K names; where they are those of a keypoint set, in its order, the trial carries that set
    xyz : (F, K, 3) metres, world (Z up); NaN where missing
    """
    frames, points = xyz.shape[:2]
    return PointTrial(
        time_s=time_s,
        keypoint_set=known_set(names),
        xyz=xyz,
        covariance=np.full((frames, points, 3, 3), np.nan),
        views=np.zeros((frames, points), dtype=np.int8),
        residual_px=np.full((frames, points), np.nan),
        camera_residual_px=np.full((0, frames, points), np.nan),
        bridged=np.zeros((frames, points), dtype=np.bool_),
    )


def known_set(names: Sequence[str]) -> KeypointSet:
    """Keypoint set that consists of exactly these names in this order, else an unnamed set of markers."""
    for candidate in KEYPOINT_SETS.values():
        if candidate.names == tuple(names):
            return candidate
    return KeypointSet(IMPORTED_SET, tuple(names))
