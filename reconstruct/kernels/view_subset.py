"""Which views of a point to trust: the most probable subset, and how sure that choice is.

A view is either right, with Gaussian noise, or wrong and then anywhere.  The most probable explanation minimises

    sum over the subset of (residual / sd)^2  +  sum of `drop_cost` over the views left out

where `drop_cost` is twice the log odds of "right" over "wrong" at the peak of the Gaussian.  Up to `EXHAUSTIVE` views
every subset is tried; with more, views are eliminated backwards, the one whose loss helps most first.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel
from reconstruct.kernels.view_quadratics import QUADRATIC, minimum

Array = NDArray[np.float64]

EXHAUSTIVE = 6
MIXTURE = 11
"""Numbers that sum up the explanations tried: best cost, weight, first (3) and second (6) moments of the offset."""

_NEGLIGIBLE = 30.0


class SubsetWork(NamedTuple):
    """Memory for the choice among at most C views; made once, so that the live path allocates nothing."""

    prior: Array
    """(QUADRATIC,) what is known without any view; zeros for nothing"""
    total: Array
    """(QUADRATIC,)"""
    trial: Array
    """(QUADRATIC,)"""
    mixture: Array
    """(MIXTURE,)"""
    left_out: NDArray[np.bool_]
    """(C,)"""
    round: NDArray[np.int64]
    """(C,)"""


@inline_kernel
def _weigh_in(mixture, cost, d0, d1, d2):
    """Add one explanation with its posterior weight exp(-cost / 2), relative to the best one so far."""
    if cost < mixture[0]:
        shrink = math.exp(0.5 * (cost - mixture[0]))
        for i in range(1, MIXTURE):
            mixture[i] *= shrink
        mixture[0] = cost
    w = math.exp(0.5 * (mixture[0] - cost))
    mixture[1] += w
    mixture[2] += w * d0
    mixture[3] += w * d1
    mixture[4] += w * d2
    mixture[5] += w * d0 * d0
    mixture[6] += w * d0 * d1
    mixture[7] += w * d0 * d2
    mixture[8] += w * d1 * d1
    mixture[9] += w * d1 * d2
    mixture[10] += w * d2 * d2


@inline_kernel
def _sum_kept(quadratics, work):
    for i in range(QUADRATIC):
        work.total[i] = work.prior[i]
    for v in range(len(quadratics)):
        if not work.left_out[v]:
            for i in range(QUADRATIC):
                work.total[i] += quadratics[v, i]


@inner_kernel
def _try_all(quadratics, drop_cost, fewest, work):
    """Exhaustive choice; leaves the views to distrust in `work.left_out`."""
    n = len(quadratics)
    best, best_mask = math.inf, (1 << n) - 1
    best_d0 = best_d1 = best_d2 = math.nan
    for mask in range(1 << n):  # a set bit leaves the view out
        kept, cost = n, 0.0
        for v in range(n):
            work.left_out[v] = (mask >> v & 1) == 1
            if work.left_out[v]:
                kept -= 1
                cost += drop_cost[v]
        if kept < fewest or cost > best + _NEGLIGIBLE:
            continue
        _sum_kept(quadratics, work)
        d0, d1, d2, chi2 = minimum(work.total)
        cost += chi2
        if not math.isfinite(cost):
            continue
        _weigh_in(work.mixture, cost, d0, d1, d2)
        if cost < best:
            best, best_mask, best_d0, best_d1, best_d2 = cost, mask, d0, d1, d2
    for v in range(n):
        work.left_out[v] = (best_mask >> v & 1) == 1
    return best_d0, best_d1, best_d2


@inner_kernel
def _cheapest_loss(quadratics, drop_cost, work):
    """The view whose loss leaves the smallest cost, and the solution without it."""
    best, best_view = math.inf, -1
    best_d0 = best_d1 = best_d2 = math.nan
    for v in range(len(quadratics)):
        if work.left_out[v]:
            continue
        for i in range(QUADRATIC):
            work.trial[i] = work.total[i] - quadratics[v, i]
        d0, d1, d2, chi2 = minimum(work.trial)
        if chi2 + drop_cost[v] < best:
            best, best_view, best_d0, best_d1, best_d2 = chi2 + drop_cost[v], v, d0, d1, d2
    return best, best_view, best_d0, best_d1, best_d2


@inner_kernel
def _eliminate(quadratics, drop_cost, fewest, work):
    """Backward elimination; leaves the views to distrust in `work.left_out`."""
    n = len(quadratics)
    work.left_out[:n] = False
    _sum_kept(quadratics, work)
    best_d0, best_d1, best_d2, best = minimum(work.total)
    if math.isfinite(best):
        _weigh_in(work.mixture, best, best_d0, best_d1, best_d2)
    else:
        best = math.inf
    best_round, dropped = 0, 0.0
    work.round[:n] = n
    for turn in range(1, n - fewest + 1):
        cost, view, d0, d1, d2 = _cheapest_loss(quadratics, drop_cost, work)
        if view < 0 or dropped > best:
            break
        work.left_out[view] = True
        work.round[view] = turn
        for i in range(QUADRATIC):
            work.total[i] -= quadratics[view, i]
        cost += dropped
        dropped += drop_cost[view]
        _weigh_in(work.mixture, cost, d0, d1, d2)
        if cost < best:
            best, best_round, best_d0, best_d1, best_d2 = cost, turn, d0, d1, d2
    for v in range(n):
        work.left_out[v] = work.round[v] <= best_round
    return best_d0, best_d1, best_d2


@inner_kernel
def choose_views(quadratics, drop_cost, fewest, work):
    """Offset of the point under the most probable subset of at least `fewest` views.

    Parameters
    ----------
    quadratics : (n, QUADRATIC) one per view, all around the same point
    drop_cost : (n,) price of leaving a view out
    fewest : smallest admissible subset
    work : `SubsetWork`; `work.prior` is added to every subset, `work.left_out` and `work.mixture` are results

    Returns
    -------
    d0, d1, d2 : metres; NaN when no subset determines the point
    """
    work.mixture[:] = 0.0
    work.mixture[0] = math.inf
    if len(quadratics) <= EXHAUSTIVE:
        return _try_all(quadratics, drop_cost, fewest, work)
    return _eliminate(quadratics, drop_cost, fewest, work)


@inner_kernel
def add_spread(mixture, d0, d1, d2, covariance):
    """Add the spread of the rival explanations around the chosen offset to `covariance` (3, 3)."""
    w = mixture[1]
    if not w > 0.0:
        return
    m0, m1, m2 = mixture[2] / w, mixture[3] / w, mixture[4] / w
    s01 = mixture[6] / w - m0 * d1 - d0 * m1 + d0 * d1
    s02 = mixture[7] / w - m0 * d2 - d0 * m2 + d0 * d2
    s12 = mixture[9] / w - m1 * d2 - d1 * m2 + d1 * d2
    covariance[0, 0] += mixture[5] / w - 2.0 * m0 * d0 + d0 * d0
    covariance[1, 1] += mixture[8] / w - 2.0 * m1 * d1 + d1 * d1
    covariance[2, 2] += mixture[10] / w - 2.0 * m2 * d2 + d2 * d2
    covariance[0, 1] += s01
    covariance[1, 0] += s01
    covariance[0, 2] += s02
    covariance[2, 0] += s02
    covariance[1, 2] += s12
    covariance[2, 1] += s12
