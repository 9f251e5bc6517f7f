"""Medians and quantiles of small arrays, without the overhead of numpy's."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.kernels.medians import fill_medians

Array = NDArray[np.float64]


def medians(values: Array) -> Array:
    """Median along the last axis, a few dozen numbers, of what is known; NaN where nothing is."""
    found = np.empty(values.shape[:-1])
    fill_medians(np.ascontiguousarray(values).reshape(-1, values.shape[-1]), found.reshape(-1))
    return found


def quantile(values: Array, share: float) -> float:
    """Number below which this share of all values lies, linearly interpolated; these are not empty, and finite."""
    ordered = np.sort(values, axis=None)
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 2) if len(ordered) > 1 else 0
    return float(ordered[below] + (place - below) * (ordered[min(below + 1, len(ordered) - 1)] - ordered[below]))
