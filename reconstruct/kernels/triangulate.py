"""One point from its views: linear start, Gauss-Newton on pixels, choice of the views to trust, covariance."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel, kernel, parallel_kernel, prange
from geometry.camera_model import distort_pinhole, normalise_pixel, project_with_derivatives
from geometry.rays import intersect_rays, solve_symmetric3
from reconstruct.kernels.view_quadratics import QUADRATIC, fill_view_quadratic, invert_symmetric3
from reconstruct.kernels.view_subset import MIXTURE, SubsetWork, add_spread, choose_views

Array = NDArray[np.float64]

_MAX_STEPS = 12
_STEP_TOLERANCE_M = 1e-4
_HUBER_SD = 3.0
_PRIOR_DOF = 4.0
_FIT_SDS = 3.5
_VAGUE_M = 0.25
"""Standard deviation, all directions together, beyond which a joint has not been located at all."""
_CHUNK = 256


class PointWork(NamedTuple):
    """Memory for one point seen by at most C cameras; made once, so that the live path allocates nothing."""

    xy: Array
    """(C, 2) undistorted image points"""
    precision: Array
    """(C,) 1 / variance, 0 for views left out"""
    views: NDArray[np.int64]
    """(C,) cameras that see the point"""
    quadratics: Array
    """(C, QUADRATIC) of those cameras"""
    prices: Array
    """(C,) of leaving them out"""
    normal: Array
    """(6,) upper triangle of the normal equations"""
    squared_px: Array
    """(C,) squared distance between seen and reprojected point"""
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
    subset = SubsetWork(
        np.zeros(QUADRATIC),
        np.empty(QUADRATIC),
        np.empty(QUADRATIC),
        np.empty(MIXTURE),
        np.empty(cameras, dtype=np.bool_),
        np.empty(cameras, dtype=np.int64),
    )
    return PointWork(
        np.empty((cameras, 2)),
        np.empty(cameras),
        np.empty(cameras, dtype=np.int64),
        np.empty((cameras, QUADRATIC)),
        np.empty(cameras),
        np.empty(6),
        np.empty(cameras),
        np.empty(cameras, dtype=np.bool_),
        subset,
    )


@inline_kernel
def _rough_ray(cameras, c, u, v):
    """Undistorted image point of a pixel after one Newton step: good enough to start from."""
    if cameras.fisheye[c]:
        return normalise_pixel(cameras, c, u, v)
    x = (u - cameras.centre[c, 0]) / cameras.focal[c, 0]
    y = (v - cameras.centre[c, 1]) / cameras.focal[c, 1]
    xd, yd, j_xx, j_xy, j_yx, j_yy = distort_pinhole(x, y, cameras.distortion[c])
    dx, dy = x - xd, y - yd
    per_det = 1.0 / (j_xx * j_yy - j_xy * j_yx)
    return x + (j_yy * dx - j_xy * dy) * per_det, y + (j_xx * dy - j_yx * dx) * per_det


@inline_kernel
def _linear_start(cameras, uv, variance, used, work):
    """Number of usable views (marked in `used`) and the point near their rays."""
    n = 0
    for c in range(len(uv)):
        used[c] = False
        work.precision[c] = 0.0
        if variance[c] > 0.0 and math.isfinite(uv[c, 0] + uv[c, 1] + variance[c]):
            work.xy[c, 0], work.xy[c, 1] = _rough_ray(cameras, c, uv[c, 0], uv[c, 1])
            used[c] = True
            work.precision[c] = 1.0 / variance[c]
            work.views[n] = c
            n += 1
    X, Y, Z = intersect_rays(cameras, work.xy, work.precision)
    return n, X, Y, Z


@inline_kernel
def _step(cameras, uv, used, X, Y, Z, work):
    """One Huber-weighted Gauss-Newton step: the step, and chi2 and number of views before it.

    Leaves the normal equations in `work.normal` and squared residuals in `work.squared_px`.
    """
    n00 = n01 = n02 = n11 = n12 = n22 = g0 = g1 = g2 = chi2 = 0.0
    n = 0
    for c in range(len(uv)):
        if not used[c]:
            continue
        u, v, u0, u1, u2, v0, v1, v2 = project_with_derivatives(cameras, c, X, Y, Z)
        eu, ev = uv[c, 0] - u, uv[c, 1] - v
        squared = eu * eu + ev * ev
        if not math.isfinite(squared):
            used[c] = False
            continue
        w = work.precision[c]
        r2 = squared * w
        work.squared_px[c] = squared
        n += 1
        chi2 += r2
        if r2 > _HUBER_SD * _HUBER_SD:
            w *= _HUBER_SD / math.sqrt(r2)
        n00 += w * (u0 * u0 + v0 * v0)
        n01 += w * (u0 * u1 + v0 * v1)
        n02 += w * (u0 * u2 + v0 * v2)
        n11 += w * (u1 * u1 + v1 * v1)
        n12 += w * (u1 * u2 + v1 * v2)
        n22 += w * (u2 * u2 + v2 * v2)
        g0 += w * (u0 * eu + v0 * ev)
        g1 += w * (u1 * eu + v1 * ev)
        g2 += w * (u2 * eu + v2 * ev)
    N = work.normal
    N[0], N[1], N[2], N[3], N[4], N[5] = n00, n01, n02, n11, n12, n22
    d0, d1, d2 = solve_symmetric3(n00, n01, n02, n11, n12, n22, g0, g1, g2)
    return d0, d1, d2, chi2, n


@inline_kernel
def _gauss_newton(cameras, uv, used, X, Y, Z, work):
    """Point of least robust reprojection error over the used views, its chi2 and number of views; NaN if none."""
    for _ in range(_MAX_STEPS):
        d0, d1, d2, chi2, n = _step(cameras, uv, used, X, Y, Z, work)
        X, Y, Z = X + d0, Y + d1, Z + d2
        step = abs(d0) + abs(d1) + abs(d2)
        if step < _STEP_TOLERANCE_M and n > 1:
            return X, Y, Z, chi2, n
        if not math.isfinite(step):
            break
    return math.nan, math.nan, math.nan, math.nan, 0


@inline_kernel
def _fits(chi2, views):
    """Whether a chi2 of 2 views - 3 degrees of freedom leaves no reason to distrust a view."""
    dof = 2.0 * views - 3.0
    return chi2 <= dof + _FIT_SDS * math.sqrt(2.0 * dof)


@inner_kernel
def _distrust(cameras, uv, variance, drop_cost, used, n, X, Y, Z, work):
    """Choose the views to trust (into `used`); returns the point that they agree on."""
    for i in range(n):
        c = work.views[i]
        a, b = normalise_pixel(cameras, c, uv[c, 0], uv[c, 1])
        fill_view_quadratic(cameras, c, a, b, variance[c], X, Y, Z, work.quadratics[i])
        work.prices[i] = drop_cost[c]
    d0, d1, d2 = choose_views(work.quadratics[:n], work.prices[:n], 2, work.subset)
    for i in range(n):
        used[work.views[i]] = not work.subset.left_out[i]
    return d0, d1, d2


@inline_kernel
def _fill_covariance(normal, chi2, views, covariance):
    """Inverse normal equations, inflated where the residuals exceed what the pixel noise explains."""
    if not invert_symmetric3(normal, covariance):
        covariance[:, :] = math.nan
        return
    inflation = max(1.0, (_PRIOR_DOF + chi2) / (_PRIOR_DOF + 2.0 * views - 3.0))
    for i in range(3):
        for j in range(3):
            covariance[i, j] *= inflation


@inline_kernel
def _believable(chi2, views, covariance, drop_cost, used):
    """Whether there is a point: not where its place is too vague, nor where the last two views disagree."""
    if not covariance[0, 0] + covariance[1, 1] + covariance[2, 2] < _VAGUE_M * _VAGUE_M:
        return False
    if views > 2:
        return True
    limit = math.inf
    for c in range(len(used)):
        if used[c]:
            limit = min(limit, drop_cost[c])
    return views == 2 and chi2 <= limit


@inline_kernel
def triangulate_point(cameras, uv, variance, drop_cost, used, covariance, work):
    """Robust triangulation of one point.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    uv : (C, 2) px
    variance : (C,) px^2 per axis; what is not positive and finite leaves a view out
    drop_cost : (C,) price of distrusting a view, see `view_subset`
    used : (C,) filled with the views that the point rests on
    covariance : (3, 3) filled, square metres
    work : PointWork; `work.squared_px` is a result for the views used

    Returns
    -------
    X, Y, Z in metres and the number of views; NaN and 0 where no two views agree
    """
    n, X, Y, Z = _linear_start(cameras, uv, variance, used, work)
    X0, Y0, Z0, chi2, views, judged = X, Y, Z, math.nan, 0, False
    while True:  # at most twice, so that the solver is compiled once
        X, Y, Z, chi2, views = _gauss_newton(cameras, uv, used, X, Y, Z, work)
        if judged or n <= 2 or _fits(chi2, views):
            break
        d0, d1, d2 = _distrust(cameras, uv, variance, drop_cost, used, n, X0, Y0, Z0, work)
        X, Y, Z, judged = X0 + d0, Y0 + d1, Z0 + d2, True
    _fill_covariance(work.normal, chi2, views, covariance)
    if judged:
        add_spread(work.subset.mixture, X - X0, Y - Y0, Z - Z0, covariance)
    if not _believable(chi2, views, covariance, drop_cost, used):
        used[:] = False
        covariance[:, :] = math.nan
        return math.nan, math.nan, math.nan, 0
    return X, Y, Z, views


@kernel
def triangulate_points(cameras, uv, variance, drop_cost, result, start, stop, work):
    """Triangulate points `start` to `stop` of uv (C, N, 2), variance (C, N), drop_cost (C, N) into `result`."""
    for i in range(start, stop):
        used = work.used
        X, Y, Z, views = triangulate_point(
            cameras, uv[:, i], variance[:, i], drop_cost[:, i], used, result.covariance[i], work
        )
        result.xyz[i, 0], result.xyz[i, 1], result.xyz[i, 2] = X, Y, Z
        result.views[i] = views
        total = 0.0
        for c in range(len(used)):
            result.camera_residual_px[c, i] = math.sqrt(work.squared_px[c]) if used[c] else math.nan
            if used[c]:
                total += work.squared_px[c]
        result.residual_px[i] = math.sqrt(total / views) if views else math.nan


@parallel_kernel
def triangulate_many(cameras, uv, variance, drop_cost, result):
    """As `triangulate_points` for all N points, on every core."""
    n = uv.shape[1]
    for chunk in prange((n + _CHUNK - 1) // _CHUNK):
        work = point_work(len(uv))
        triangulate_points(cameras, uv, variance, drop_cost, result, chunk * _CHUNK, min(n, (chunk + 1) * _CHUNK), work)
