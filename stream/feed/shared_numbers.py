"""What several streams of one process say of the same frame, worked out once: the newest is kept."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import LiveFrame

Array = NDArray[np.float64]


@lru_cache(maxsize=1)
def angles_deg(frame: LiveFrame) -> tuple[Array, Array]:
    """(A,) angles and (A,) standard errors, degrees."""
    return np.rad2deg(frame.angles.values), np.rad2deg(frame.angles.standard_error)


@lru_cache(maxsize=1)
def point_errors_m(frame: LiveFrame) -> Array:
    """(K,) standard error of every point, root mean square over the axes, metres."""
    diagonal = frame.points.covariance.reshape(-1, 9)[:, ::4]
    return np.sqrt(diagonal.sum(axis=1) / 3.0)
