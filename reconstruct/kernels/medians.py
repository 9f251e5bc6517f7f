"""Medians of what is known: NaN does not count."""

import math

import numpy as np

from geometry._jit import inline_kernel, kernel


@inline_kernel
def insert(ordered, count, value):
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
def middle_of(ordered, count):
    """Median of the `count` first, ascending ones of `ordered`; NaN of none."""
    return 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2]) if count else math.nan


@kernel
def fill_medians(values, medians):
    """Fill `medians` (n,) from `values` (n, m), a few dozen each; NaN where nothing is known."""
    ordered = np.empty(values.shape[1])
    for i in range(len(values)):
        count = 0
        for j in range(values.shape[1]):
            count = insert(ordered, count, values[i, j])
        medians[i] = middle_of(ordered, count)


@inline_kernel
def _remove(ordered, count, value):
    """Remove a number from among the `count` first, ascending ones of `ordered`, unless it is NaN; returns how many."""
    if not math.isfinite(value):
        return count
    place = 0
    while ordered[place] < value:
        place += 1
    for i in range(place, count - 1):
        ordered[i] = ordered[i + 1]
    return count - 1


@kernel
def running_median(values, half, smooth):
    """Fill `smooth` (n,) with the medians of up to `half` neighbours on both sides and the number itself."""
    ordered = np.empty(2 * half + 1)
    count = 0
    for i in range(min(half, len(values))):
        count = insert(ordered, count, values[i])
    for i in range(len(values)):
        if i > half:
            count = _remove(ordered, count, values[i - half - 1])
        if i + half < len(values):
            count = insert(ordered, count, values[i + half])
        smooth[i] = middle_of(ordered, count)
