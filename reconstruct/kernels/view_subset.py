"""Which views of a point to trust: the most probable subset, and how sure that choice is.

A view is either right, with Gaussian noise, or wrong and then anywhere.  The most probable explanation minimises

    sum over the subset of (residual / sd)^2  +  sum of `drop_cost` over the views left out

where `drop_cost` is twice the log odds of "right" over "wrong" at the peak of the Gaussian.  Up to `EXHAUSTIVE` views
every subset is tried, all of them side by side; with more, views are eliminated backwards, the one whose loss helps
most first.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel, kernel
from geometry.rays import solve_symmetric3
from reconstruct.kernels.view_quadratics import QUADRATIC, minimum

Array = NDArray[np.float64]

EXHAUSTIVE = 6
_MOST = 1 << EXHAUSTIVE
"""Explanations kept: all subsets, or as many rounds of elimination."""
_NEGLIGIBLE = 30.0

# Rows of `_MOST` numbers in `SubsetWork.table`, one number per explanation: the sum of its quadratics (QUADRATIC rows),
# the price of the views that it leaves out and how many it keeps; its cost and offset.
_PRICE, _KEPT, COST, D0, D1, D2 = (row * _MOST for row in range(QUADRATIC, QUADRATIC + 6))
TABLE = (QUADRATIC + 6) * _MOST


class SubsetWork(NamedTuple):
    """Memory for the choice among at most C views; made once, so that the live path allocates nothing."""

    prior: Array
    """(QUADRATIC,) what is known without any view; zeros for nothing"""
    total: Array
    """(QUADRATIC,)"""
    trial: Array
    """(QUADRATIC,)"""
    table: Array
    """(TABLE,)"""
    explanations: NDArray[np.int64]
    """(1,) how many the table holds"""
    left_out: NDArray[np.bool_]
    """(C,)"""
    round: NDArray[np.int64]
    """(C,)"""


@kernel
def subset_work(views):
    """Fresh `SubsetWork` for so many views."""
    return SubsetWork(
        np.zeros(QUADRATIC),
        np.empty(QUADRATIC),
        np.empty(QUADRATIC),
        np.empty(TABLE),
        np.zeros(1, dtype=np.int64),
        np.empty(views, dtype=np.bool_),
        np.empty(views, dtype=np.int64),
    )


@inline_kernel
def _sum_subsets(quadratics, drop_cost, views, prior, table):
    """Fill the table for every subset: bit v of its number is set where view v is left out."""
    for row in range(QUADRATIC):
        table[row * _MOST] = prior[row]
    table[_PRICE] = table[_KEPT] = 0.0
    for v in range(views):
        half = 1 << v
        for row in range(QUADRATIC):
            first, q = row * _MOST, quadratics[v, row]
            for i in range(first, first + half):
                table[half + i] = table[i]
                table[i] += q
        for i in range(half):
            table[_PRICE + half + i] = table[_PRICE + i] + drop_cost[v]
            table[_KEPT + half + i] = table[_KEPT + i]
            table[_KEPT + i] += 1.0


@inline_kernel
def _solve_subsets(subsets, fewest, table):
    """Offsets and costs of all subsets; what has too few views, or no single solution, costs infinitely much."""
    for i in range(subsets):
        a00, a01, a02 = table[i], table[_MOST + i], table[2 * _MOST + i]
        a11, a12, a22 = table[3 * _MOST + i], table[4 * _MOST + i], table[5 * _MOST + i]
        b0, b1, b2 = table[6 * _MOST + i], table[7 * _MOST + i], table[8 * _MOST + i]
        d0, d1, d2 = solve_symmetric3(a00, a01, a02, a11, a12, a22, b0, b1, b2)
        chi2 = max(table[9 * _MOST + i] - b0 * d0 - b1 * d1 - b2 * d2, 0.0)
        cost = chi2 + table[_PRICE + i]
        table[D0 + i], table[D1 + i], table[D2 + i] = d0, d1, d2
        table[COST + i] = cost if (table[_KEPT + i] >= fewest) & (cost < math.inf) else math.inf


@inner_kernel
def _try_all(quadratics, drop_cost, n, fewest, work):
    """Exhaustive choice: its cost and offset; leaves the views to distrust in `work.left_out`."""
    table = work.table
    work.explanations[0] = 1 << n
    _sum_subsets(quadratics, drop_cost, n, work.prior, table)
    _solve_subsets(1 << n, fewest, table)
    best = 0
    for i in range(1, 1 << n):
        if table[COST + i] < table[COST + best]:
            best = i
    if table[COST + best] == math.inf:
        for v in range(n):
            work.left_out[v] = True
        return math.inf, math.nan, math.nan, math.nan
    for v in range(n):
        work.left_out[v] = (best >> v & 1) == 1
    return table[COST + best], table[D0 + best], table[D1 + best], table[D2 + best]


@inner_kernel
def _cheapest_loss(quadratics, drop_cost, n, work):
    """The view whose loss leaves the smallest cost, and the solution without it."""
    best, best_view = math.inf, -1
    best_d0 = best_d1 = best_d2 = math.nan
    for v in range(n):
        if work.left_out[v]:
            continue
        for i in range(QUADRATIC):
            work.trial[i] = work.total[i] - quadratics[v, i]
        d0, d1, d2, chi2 = minimum(work.trial)
        if chi2 + drop_cost[v] < best:
            best, best_view, best_d0, best_d1, best_d2 = chi2 + drop_cost[v], v, d0, d1, d2
    return best, best_view, best_d0, best_d1, best_d2


@inline_kernel
def _note(work, cost, d0, d1, d2):
    """Add an explanation to the table."""
    i = work.explanations[0]
    if i < _MOST:
        work.table[COST + i], work.table[D0 + i], work.table[D1 + i], work.table[D2 + i] = cost, d0, d1, d2
        work.explanations[0] = i + 1


@inner_kernel
def _eliminate(quadratics, drop_cost, n, fewest, work):
    """Backward elimination: cost and offset; leaves the views to distrust in `work.left_out`."""
    work.explanations[0] = 0
    for v in range(n):
        work.left_out[v], work.round[v] = False, n
    for i in range(QUADRATIC):
        work.total[i] = work.prior[i]
        for v in range(n):
            work.total[i] += quadratics[v, i]
    best_d0, best_d1, best_d2, best = minimum(work.total)
    if math.isfinite(best):
        _note(work, best, best_d0, best_d1, best_d2)
    else:
        best = math.inf
    best_round, dropped = 0, 0.0
    for turn in range(1, n - fewest + 1):
        cost, view, d0, d1, d2 = _cheapest_loss(quadratics, drop_cost, n, work)
        if view < 0 or dropped > best:
            break
        work.left_out[view] = True
        work.round[view] = turn
        for i in range(QUADRATIC):
            work.total[i] -= quadratics[view, i]
        cost += dropped
        dropped += drop_cost[view]
        _note(work, cost, d0, d1, d2)
        if cost < best:
            best, best_round, best_d0, best_d1, best_d2 = cost, turn, d0, d1, d2
    for v in range(n):
        work.left_out[v] = work.round[v] <= best_round
    return best, best_d0, best_d1, best_d2


@inner_kernel
def choose_views(quadratics, drop_cost, n, fewest, work):
    """Offset of the point under the most probable subset of at least `fewest` views.

    Parameters
    ----------
    quadratics : (at least n, QUADRATIC) one per view, all around the same point
    drop_cost : (at least n,) price of leaving a view out
    n : number of views
    fewest : smallest admissible subset
    work : `SubsetWork`; `work.prior` is added to every subset, `work.left_out` is a result, and `work.table` holds the
        explanations that were tried

    Returns
    -------
    cost : of that subset, infinite when none determines the point
    d0, d1, d2 : metres; NaN then
    """
    if n <= EXHAUSTIVE:
        return _try_all(quadratics, drop_cost, n, fewest, work)
    return _eliminate(quadratics, drop_cost, n, fewest, work)


@inner_kernel
def add_spread(work, best, d0, d1, d2, covariance):
    """Add the spread of the rival explanations around the offset (d0, d1, d2) to `covariance` (3, 3).

    An explanation has posterior weight exp(-cost / 2), relative to that of the cheapest one, which costs `best`.
    """
    if not math.isfinite(best):
        return
    weight = s00 = s01 = s02 = s11 = s12 = s22 = 0.0
    for i in range(work.explanations[0]):
        dearer = work.table[COST + i] - best
        if dearer < _NEGLIGIBLE:
            w = math.exp(-0.5 * dearer)
            e0, e1, e2 = work.table[D0 + i] - d0, work.table[D1 + i] - d1, work.table[D2 + i] - d2
            weight += w
            s00 += w * e0 * e0
            s01 += w * e0 * e1
            s02 += w * e0 * e2
            s11 += w * e1 * e1
            s12 += w * e1 * e2
            s22 += w * e2 * e2
    covariance[0, 0] += s00 / weight
    covariance[1, 1] += s11 / weight
    covariance[2, 2] += s22 / weight
    covariance[0, 1] += s01 / weight
    covariance[1, 0] += s01 / weight
    covariance[0, 2] += s02 / weight
    covariance[2, 0] += s02 / weight
    covariance[1, 2] += s12 / weight
    covariance[2, 1] += s12 / weight
