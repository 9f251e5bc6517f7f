"""Which points are there."""

import numpy as np
from numpy.typing import NDArray


def finite_points(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(...) whether each point (..., n) has only finite coordinates."""
    return np.asarray(np.isfinite(points).all(axis=-1), dtype=np.bool_)
