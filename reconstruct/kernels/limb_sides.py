"""Limbs that most views contradict for long: it is their left and right that are the wrong way round, not the views.

Labels are settled by what moves on smoothly (`view_labels`).  Where a limb was once mistaken for the other, that would
stay so for good: every view would be said to exchange it.  Detectors do that for moments, in some views.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

_SWAP_LASTS = 0.19
"""Price of a view whose labels stay exchanged for a frame, beside one whose labels stay right: 2 ln of 99 % of frames
that begin no swap over 90 % that end none."""
_WRONG = 20.0
"""Evidence at which a limb is turned: e^10 to one."""
_SURE = 40.0
"""Evidence for the right way round is remembered up to here; what was settled before needs no other word."""


class LimbSides(NamedTuple):
    """What is known of the sides of U units of a body, see `view_labels.Body`."""

    evidence: Array
    """(U,) twice the log odds of the wrong way round, since the unit was last noticed anew"""
    frames: Counts
    """(U,) that would be the wrong way round then: the last of those settled"""
    joints: Counts
    """(U,) that views show in this frame"""
    anew: Counts
    """(U,) of these, how many do not move on from where they were expected"""


def limb_sides(units: int) -> LimbSides:
    """Nothing known yet."""
    return LimbSides(np.zeros(units), *(np.zeros(units, dtype=np.int64) for _ in range(3)))


@inline_kernel
def _lean(unit, swapped, trusted, u):
    """How many more of the views trusted with unit u exchange it than do not."""
    lean = 0
    for c in range(len(trusted)):
        trusts = False
        for k in range(len(unit)):
            trusts = trusts or (unit[k] == u and trusted[c, k])
        if trusts:
            lean += 1 if swapped[c, u] else -1
    return lean


@inner_kernel
def judge_sides(unit, swapped, trusted, sides, turned):
    """Take in how a frame was settled, and say which units are the wrong way round.

    Parameters
    ----------
    unit : (K,) of every joint, -1 for none
    swapped : (C, U) which units every view exchanges
    trusted : (C, K) which joints are seen and believed
    sides : LimbSides, carried on; `joints` and `anew` are those of this frame
    turned : (U,) filled with how many frames, up to this one, are the wrong way round; 0 for none
    """
    for u in range(len(turned)):
        if 2 * sides.anew[u] > sides.joints[u]:
            sides.evidence[u], sides.frames[u] = 0.0, 0
        sides.evidence[u] += _SWAP_LASTS * _lean(unit, swapped, trusted, u)
        sides.frames[u] += 1
        turned[u] = 0
        if sides.evidence[u] < -_SURE:
            sides.evidence[u], sides.frames[u] = -_SURE, 0
        elif sides.evidence[u] > _WRONG:
            turned[u] = sides.frames[u]
            sides.evidence[u] = -sides.evidence[u]


@inline_kernel
def _exchange(values, k, p):
    kept = values[k].copy()
    values[k] = values[p]
    values[p] = kept


@inner_kernel
def turn_unit(body, state, u):
    """Exchange all that a `CleanerState` knows of the left and of the right joints of unit u."""
    points = state.points
    for k in range(len(body.unit)):
        p = body.partner[k]
        if body.unit[k] != u or p <= k:
            continue
        points.age_s[k], points.age_s[p] = points.age_s[p], points.age_s[k]
        _exchange(points.position, k, p)
        _exchange(points.velocity, k, p)
        _exchange(points.pp, k, p)
        _exchange(points.pv, k, p)
        _exchange(points.vv, k, p)
        for c in range(len(state.bias)):
            _exchange(state.bias[c], k, p)
            state.bias_variance[c, k], state.bias_variance[c, p] = state.bias_variance[c, p], state.bias_variance[c, k]
            state.distrusted[c, k], state.distrusted[c, p] = state.distrusted[c, p], state.distrusted[c, k]
    for c in range(len(state.bias)):
        state.labels.swapped[c, u] = not state.labels.swapped[c, u]


@inline_kernel
def relabel(body, u, swapped, trusted, c):
    """Turn unit u in what was said of view c of a frame, `swapped` and `trusted` (C, K)."""
    for k in range(len(body.unit)):
        if body.unit[k] == u:
            p = body.partner[k]
            swapped[c, k] = not swapped[c, k]
            if k < p:
                trusted[c, k], trusted[c, p] = trusted[c, p], trusted[c, k]
