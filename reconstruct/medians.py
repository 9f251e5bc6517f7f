"""Medians of what is known."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.kernels.medians import fill_medians

Array = NDArray[np.float64]


def medians(values: Array) -> Array:
    """Median along the last axis, a few dozen numbers, of what is known; NaN where nothing is."""
    found = np.empty(values.shape[:-1])
    fill_medians(np.ascontiguousarray(values).reshape(-1, values.shape[-1]), found.reshape(-1))
    return found
