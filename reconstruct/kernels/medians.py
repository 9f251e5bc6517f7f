"""Medians of what is known: NaN does not count."""

import math

import numpy as np

from geometry._jit import inline_kernel, kernel


@inline_kernel
def _insert(ordered, count, value):
    """Insert a number into the `count` first, ascending ones of `ordered`, unless it is NaN; returns how many."""
    if not math.isfinite(value):
        return count
    place = count
    while place > 0 and ordered[place - 1] > value:
        ordered[place] = ordered[place - 1]
        place -= 1
    ordered[place] = value
    return count + 1


@inline_kernel
def _middle(ordered, count):
    return 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2]) if count else math.nan


@kernel
def fill_medians(values, medians):
    """Fill `medians` (n,) from `values` (n, m), a few dozen each; NaN where nothing is known."""
    ordered = np.empty(values.shape[1])
    for i in range(len(values)):
        count = 0
        for value in values[i]:
            count = _insert(ordered, count, value)
        medians[i] = _middle(ordered, count)


@kernel
def running_median(values, half, smooth):
    """Fill `smooth` (n,) with the medians of up to `half` neighbours on both sides and the number itself."""
    ordered = np.empty(2 * half + 1)
    for i in range(len(values)):
        count = 0
        for j in range(max(i - half, 0), min(i + half + 1, len(values))):
            count = _insert(ordered, count, values[j])
        smooth[i] = _middle(ordered, count)
