"""Points from their views: all views first, many points at a time; the views of those that disagree one by one."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel, kernel, parallel_kernel, prange
from geometry.camera_model import normalise_pixel, project_with_derivatives
from geometry.rays import solve_symmetric3
from reconstruct.kernels import point_block as rows_of
from reconstruct.kernels.point_block import HUBER_SD, LANES, ROWS, VIEW_ROWS, PointBlock, inflation, solve_block, unrest
from reconstruct.kernels.view_quadratics import QUADRATIC, invert_symmetric3, view_quadratic
from reconstruct.kernels.view_subset import SubsetWork, add_spread, choose_views, subset_work

Array = NDArray[np.float64]

_MAX_STEPS = 12
_AT_REST_M = 1e-5
"""So near to the least reprojection error, a point has settled."""
_FIT_SDS = 3.5
_VAGUE_M = 0.25
"""Standard deviation, all directions together, beyond which a joint has not been located at all."""
_CHUNK = 8 * LANES


class PointWork(NamedTuple):
    """Memory for points seen by at most C cameras; made once, so that the live path allocates nothing."""

    block: PointBlock
    listed: NDArray[np.int64]
    """(C,) cameras that see the point in question"""
    quadratics: Array
    """(C, QUADRATIC) of those cameras"""
    prices: Array
    """(C,) of leaving them out"""
    normal: Array
    """(6,) upper triangle of the normal equations"""
    covariance: Array
    """(3, 3)"""
    used: NDArray[np.bool_]
    """(C,) views that the point rests on"""
    subset: SubsetWork


class PointArrays(NamedTuple):
    """Results for N points, filled in place."""

    xyz: Array
    """(N, 3) metres"""
    covariance: Array
    """(N, 3, 3) square metres"""
    views: NDArray[np.int8]
    """(N,)"""
    residual_px: Array
    """(N,) root mean square over the views used"""
    camera_residual_px: Array
    """(C, N) NaN for views not used"""


@kernel
def point_work(cameras):
    """Fresh `PointWork` for rigs of this many cameras."""
    return PointWork(
        PointBlock(np.empty(ROWS), np.empty((cameras, VIEW_ROWS))),
        np.empty(cameras, dtype=np.int64),
        np.empty((cameras, QUADRATIC)),
        np.empty(cameras),
        np.empty(6),
        np.empty((3, 3)),
        np.empty(cameras, dtype=np.bool_),
        subset_work(cameras),
    )


@inline_kernel
def _step(cameras, views, i, used, X, Y, Z, normal):
    """One Huber-weighted Gauss-Newton step of point i of a block: the step, and chi2 and number of views before it.

    Leaves the normal equations in `normal` and squared residuals in the views' rows.
    """
    n00 = n01 = n02 = n11 = n12 = n22 = g0 = g1 = g2 = chi2 = 0.0
    n = 0
    for c in range(len(used)):
        if not used[c]:
            continue
        u, v, u0, u1, u2, v0, v1, v2 = project_with_derivatives(cameras, c, X, Y, Z)
        eu, ev = views[c, rows_of.U + i] - u, views[c, rows_of.V + i] - v
        squared = eu * eu + ev * ev
        if not math.isfinite(squared):
            used[c] = False
            continue
        w = views[c, rows_of.PRECISION + i]
        r2 = squared * w
        views[c, rows_of.SQUARED + i] = squared
        n += 1
        chi2 += r2
        if r2 > HUBER_SD * HUBER_SD:
            w *= HUBER_SD / math.sqrt(r2)
        n00 += w * (u0 * u0 + v0 * v0)
        n01 += w * (u0 * u1 + v0 * v1)
        n02 += w * (u0 * u2 + v0 * v2)
        n11 += w * (u1 * u1 + v1 * v1)
        n12 += w * (u1 * u2 + v1 * v2)
        n22 += w * (u2 * u2 + v2 * v2)
        g0 += w * (u0 * eu + v0 * ev)
        g1 += w * (u1 * eu + v1 * ev)
        g2 += w * (u2 * eu + v2 * ev)
    normal[0], normal[1], normal[2], normal[3], normal[4], normal[5] = n00, n01, n02, n11, n12, n22
    d0, d1, d2 = solve_symmetric3(n00, n01, n02, n11, n12, n22, g0, g1, g2)
    return d0, d1, d2, chi2, n


@inline_kernel
def _gauss_newton(cameras, views, i, used, X, Y, Z, normal):
    """Point of least robust reprojection error over the used views, its chi2 and number of views; NaN if none."""
    before = 0.0
    for _ in range(_MAX_STEPS):
        d0, d1, d2, chi2, n = _step(cameras, views, i, used, X, Y, Z, normal)
        X, Y, Z = X + d0, Y + d1, Z + d2
        step = abs(d0) + abs(d1) + abs(d2)
        if unrest(step, before) < _AT_REST_M and n > 1:
            return X, Y, Z, chi2, n
        if not math.isfinite(step):
            break
        before = step
    return math.nan, math.nan, math.nan, math.nan, 0


@inline_kernel
def _list_views(i, work):
    """List the cameras that see point i of the block and mark them used; returns how many."""
    n = 0
    for c in range(len(work.used)):
        work.used[c] = work.block.views[c, rows_of.PRECISION + i] > 0.0
        if work.used[c]:
            work.listed[n] = c
            n += 1
    return n


@inline_kernel
def _distrust(cameras, i, drop_cost, n, X, Y, Z, work):
    """Choose among the n listed views those to trust (into `work.used`): the cost, and the offset of the point."""
    views = work.block.views
    for j in range(n):
        c = work.listed[j]
        a, b = normalise_pixel(cameras, c, views[c, rows_of.U + i], views[c, rows_of.V + i])
        quadratic = view_quadratic(cameras, c, a, b, 1.0 / views[c, rows_of.PRECISION + i], X, Y, Z)
        for q in range(QUADRATIC):
            work.quadratics[j, q] = quadratic[q]
        work.prices[j] = drop_cost
    cost, d0, d1, d2 = choose_views(work.quadratics, work.prices, n, 2, work.subset)
    for j in range(n):
        work.used[work.listed[j]] = not work.subset.left_out[j]
    return cost, d0, d1, d2


@inline_kernel
def _fits(chi2, views):
    """Whether a chi2 of 2 views - 3 degrees of freedom leaves no reason to distrust a view."""
    dof = 2.0 * views - 3.0
    return chi2 <= dof + _FIT_SDS * math.sqrt(2.0 * dof)


@inline_kernel
def _may_fit(rows, i):
    """Whether all views of point i of a block agree, as far as its last step tells; not where it is lost."""
    return _fits(rows[rows_of.CHI2 + i] - rows[rows_of.GAIN + i], rows[rows_of.VIEWS + i])


@inline_kernel
def _reconsider(cameras, i, drop_cost, work):
    """Point i of a block by itself: the views that agree with each other, if any two do, and the point they see.

    Fills `work.covariance` and marks `work.used`; returns the point, its chi2 and its number of views, 0 for none.
    """
    views, used, rows = work.block.views, work.used, work.block.rows
    n = _list_views(i, work)
    X0, Y0, Z0 = rows[rows_of.RAYS_X + i], rows[rows_of.RAYS_Y + i], rows[rows_of.RAYS_Z + i]
    X, Y, Z, cost = rows[rows_of.X + i], rows[rows_of.Y + i], rows[rows_of.Z + i], math.inf
    judged = n > 2 and not _may_fit(rows, i)
    while True:  # at most twice, so that the solver is compiled once
        if judged:
            cost, d0, d1, d2 = _distrust(cameras, i, drop_cost, n, X0, Y0, Z0, work)
            X, Y, Z = X0 + d0, Y0 + d1, Z0 + d2
        X, Y, Z, chi2, seen = _gauss_newton(cameras, views, i, used, X, Y, Z, work.normal)
        if judged or n <= 2 or _fits(chi2, seen):
            break
        judged = True
    if seen < 2 or not invert_symmetric3(work.normal, work.covariance):
        return math.nan, math.nan, math.nan, math.nan, 0
    factor = inflation(chi2, seen)
    for row in range(3):
        for column in range(3):
            work.covariance[row, column] *= factor
    if judged:
        add_spread(work.subset, cost, X - X0, Y - Y0, Z - Z0, work.covariance)
    return X, Y, Z, chi2, seen


@inline_kernel
def _believable(chi2, views, drop_cost, spread_m2):
    """Whether there is a point: not where its variances add up to too much, nor where the last two views disagree."""
    vague = not spread_m2 < _VAGUE_M * _VAGUE_M
    return not vague and (views > 2 or (views == 2 and chi2 <= drop_cost))


@inline_kernel
def _all_views_agree(rows, i, drop_cost):
    """Whether point i of a block may rest on all of its views."""
    views, chi2 = rows[rows_of.VIEWS + i], rows[rows_of.CHI2 + i]
    settled = rows[rows_of.UNREST + i] < _AT_REST_M and views >= 2.0
    spread_m2 = rows[rows_of.N00 + i] + rows[rows_of.N11 + i] + rows[rows_of.N22 + i]
    return settled and (views == 2.0 or _fits(chi2, views)) and _believable(chi2, views, drop_cost, spread_m2)


@inline_kernel
def _take_all_views(rows, i, result, at):
    """Fill result `at` with point i of a block; but for its residuals."""
    result.xyz[at, 0], result.xyz[at, 1], result.xyz[at, 2] = (
        rows[rows_of.X + i],
        rows[rows_of.Y + i],
        rows[rows_of.Z + i],
    )
    result.views[at] = rows[rows_of.VIEWS + i]
    covariance = result.covariance
    covariance[at, 0, 0] = rows[rows_of.N00 + i]
    covariance[at, 1, 1] = rows[rows_of.N11 + i]
    covariance[at, 2, 2] = rows[rows_of.N22 + i]
    covariance[at, 0, 1] = covariance[at, 1, 0] = rows[rows_of.N01 + i]
    covariance[at, 0, 2] = covariance[at, 2, 0] = rows[rows_of.N02 + i]
    covariance[at, 1, 2] = covariance[at, 2, 1] = rows[rows_of.N12 + i]


@inline_kernel
def _fill_residuals(block, first, count, result):
    """Residuals of a block's points as if they rested on all views."""
    for c in range(len(result.camera_residual_px)):
        view, residual = block.views[c], result.camera_residual_px[c]
        for i in range(count):
            squared = view[rows_of.SQUARED + i] if view[rows_of.PRECISION + i] > 0.0 else math.nan
            residual[first + i] = math.sqrt(squared)
    for i in range(count):
        result.residual_px[first + i] = block.rows[rows_of.RESIDUAL + i]


@inner_kernel
def _settle_alone(cameras, i, drop_cost, result, at, work):
    """Fill result `at` with what the views of point i of a block agree on; NaN where no two do."""
    covariance = work.covariance
    X, Y, Z, chi2, views = _reconsider(cameras, i, drop_cost, work)
    if not (views and _believable(chi2, views, drop_cost, covariance[0, 0] + covariance[1, 1] + covariance[2, 2])):
        X = Y = Z = math.nan
        views = 0
        work.used[:] = False
        covariance[:, :] = math.nan
    for row in range(3):
        for column in range(3):
            result.covariance[at, row, column] = covariance[row, column]
    total = 0.0
    for c in range(len(work.used)):
        result.camera_residual_px[c, at] = math.nan
        if work.used[c]:
            squared = work.block.views[c, rows_of.SQUARED + i]
            result.camera_residual_px[c, at] = math.sqrt(squared)
            total += squared
    result.residual_px[at] = math.sqrt(total / views) if views else math.nan
    result.xyz[at, 0], result.xyz[at, 1], result.xyz[at, 2] = X, Y, Z
    result.views[at] = views


@kernel
def triangulate_points(cameras, uv, variance, drop_cost, result, start, stop, work):
    """Robust triangulation of points `start` to `stop`.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    uv : (C, N, 2) px
    variance : (C, N) px^2 per axis; what is not positive and finite leaves a view out
    drop_cost : price of distrusting a view, see `view_subset`
    result : PointArrays of N points, filled; NaN and 0 views where no two views agree
    work : PointWork
    """
    block = work.block
    for first in range(start, stop, LANES):
        count = min(LANES, stop - first)
        solve_block(cameras, uv, variance, first, stop, block)
        _fill_residuals(block, first, count, result)
        for i in range(count):
            at = first + i
            if _all_views_agree(block.rows, i, drop_cost):
                _take_all_views(block.rows, i, result, at)
            else:
                _settle_alone(cameras, i, drop_cost, result, at, work)


@parallel_kernel
def triangulate_many(cameras, uv, variance, drop_cost, result):
    """As `triangulate_points` for all N points, on every core."""
    n = uv.shape[1]
    for chunk in prange((n + _CHUNK - 1) // _CHUNK):
        work = point_work(len(uv))
        triangulate_points(cameras, uv, variance, drop_cost, result, chunk * _CHUNK, min(n, (chunk + 1) * _CHUNK), work)
