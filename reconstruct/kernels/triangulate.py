"""One point from its views: linear start, Gauss-Newton on pixels, choice of the views to trust, covariance."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import kernel, parallel_kernel, prange
from geometry.camera_model import normalise_pixel, project_point_jacobian
from geometry.rays import intersect_rays, solve_symmetric3
from reconstruct.kernels.view_quadratics import QUADRATIC, fill_view_quadratic, invert_symmetric3
from reconstruct.kernels.view_subset import MIXTURE, SubsetWork, add_spread, choose_views

Array = NDArray[np.float64]

_MAX_STEPS = 12
_STEP_TOLERANCE_M = 1e-5
_HUBER_SD = 3.0
_PRIOR_DOF = 4.0
_FIT_SDS = 3.5
_CHUNK = 256


class PointWork(NamedTuple):
    """Memory for one point seen by at most C cameras; made once, so that the live path allocates nothing."""

    xy: Array
    """(C, 2) undistorted image points"""
    weights: Array
    """(C,) of the linear start"""
    views: NDArray[np.int64]
    """(C,) cameras that see the point"""
    quadratics: Array
    """(C, QUADRATIC) of those cameras"""
    prices: Array
    """(C,) of leaving them out"""
    normal: Array
    """(6,) upper triangle of the normal equations"""
    jacobian: Array
    """(2, 3)"""
    residual: Array
    """(C,) px, distance between seen and reprojected point"""
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
        np.empty((2, 3)),
        np.empty(cameras),
        np.empty(cameras, dtype=np.bool_),
        subset,
    )


@kernel
def _linear_start(cameras, uv, variance, used, work):
    """Number of usable views (marked in `used`) and the point nearest to their rays."""
    n = 0
    for c in range(len(uv)):
        used[c] = False
        work.weights[c] = 0.0
        if not (variance[c] > 0.0 and math.isfinite(variance[c]) and math.isfinite(uv[c, 0] + uv[c, 1])):
            continue
        work.xy[c, 0], work.xy[c, 1] = normalise_pixel(cameras, c, uv[c, 0], uv[c, 1])
        if not math.isfinite(work.xy[c, 0]):
            continue
        used[c] = True
        work.weights[c] = cameras.focal[c, 0] * cameras.focal[c, 1] / variance[c]
        work.views[n] = c
        n += 1
    X, Y, Z = intersect_rays(cameras, work.xy, work.weights)
    return n, X, Y, Z


@kernel
def _normal_equations(cameras, uv, variance, used, X, Y, Z, work):
    """Huber-weighted normal equations of the used views: matrix into `work.normal`; returns gradient, chi2, views."""
    J, normal = work.jacobian, work.normal
    normal[:] = 0.0
    g0 = g1 = g2 = chi2 = 0.0
    n = 0
    for c in range(len(uv)):
        if not used[c]:
            continue
        u, v = project_point_jacobian(cameras, c, X, Y, Z, J)
        if not math.isfinite(u):
            used[c] = False
            continue
        n += 1
        eu, ev = uv[c, 0] - u, uv[c, 1] - v
        work.residual[c] = math.sqrt(eu * eu + ev * ev)
        r2 = (eu * eu + ev * ev) / variance[c]
        chi2 += r2
        w = 1.0 / variance[c]
        if r2 > _HUBER_SD * _HUBER_SD:
            w *= _HUBER_SD / math.sqrt(r2)
        normal[0] += w * (J[0, 0] * J[0, 0] + J[1, 0] * J[1, 0])
        normal[1] += w * (J[0, 0] * J[0, 1] + J[1, 0] * J[1, 1])
        normal[2] += w * (J[0, 0] * J[0, 2] + J[1, 0] * J[1, 2])
        normal[3] += w * (J[0, 1] * J[0, 1] + J[1, 1] * J[1, 1])
        normal[4] += w * (J[0, 1] * J[0, 2] + J[1, 1] * J[1, 2])
        normal[5] += w * (J[0, 2] * J[0, 2] + J[1, 2] * J[1, 2])
        g0 += w * (J[0, 0] * eu + J[1, 0] * ev)
        g1 += w * (J[0, 1] * eu + J[1, 1] * ev)
        g2 += w * (J[0, 2] * eu + J[1, 2] * ev)
    return g0, g1, g2, chi2, n


@kernel
def _gauss_newton(cameras, uv, variance, used, X, Y, Z, work):
    """Point of least robust reprojection error over the used views, its chi2 and number of views; NaN if none."""
    for _ in range(_MAX_STEPS):
        g0, g1, g2, chi2, n = _normal_equations(cameras, uv, variance, used, X, Y, Z, work)
        if n < 2:
            break
        N = work.normal
        d0, d1, d2 = solve_symmetric3(N[0], N[1], N[2], N[3], N[4], N[5], g0, g1, g2)
        X, Y, Z = X + d0, Y + d1, Z + d2
        step = abs(d0) + abs(d1) + abs(d2)
        if step < _STEP_TOLERANCE_M:
            return X, Y, Z, chi2, n
        if not math.isfinite(step):
            break
    return math.nan, math.nan, math.nan, math.nan, 0


@kernel
def _fits(chi2, views):
    """Whether a chi2 of 2 views - 3 degrees of freedom leaves no reason to distrust a view."""
    dof = 2.0 * views - 3.0
    return chi2 <= dof + _FIT_SDS * math.sqrt(2.0 * dof)


@kernel
def _distrust(cameras, variance, drop_cost, used, n, X, Y, Z, work):
    """Choose the views to trust (into `used`); returns the point that they agree on."""
    for i in range(n):
        c = work.views[i]
        a, b = work.xy[c, 0], work.xy[c, 1]
        fill_view_quadratic(cameras, c, a, b, variance[c], X, Y, Z, work.quadratics[i])
        work.prices[i] = drop_cost[c]
    d0, d1, d2 = choose_views(work.quadratics[:n], work.prices[:n], 2, work.subset)
    for i in range(n):
        used[work.views[i]] = not work.subset.left_out[i]
    return d0, d1, d2


@kernel
def _fill_covariance(normal, chi2, views, covariance):
    """Inverse normal equations, inflated where the residuals exceed what the pixel noise explains."""
    if not invert_symmetric3(normal, covariance):
        covariance[:, :] = math.nan
        return
    inflation = max(1.0, (_PRIOR_DOF + chi2) / (_PRIOR_DOF + 2.0 * views - 3.0))
    for i in range(3):
        for j in range(3):
            covariance[i, j] *= inflation


@kernel
def _agree(chi2, views, drop_cost, used):
    """Whether the last views left are to be believed: two that disagree leave nobody to trust."""
    if views > 2:
        return True
    limit = math.inf
    for c in range(len(used)):
        if used[c]:
            limit = min(limit, drop_cost[c])
    return views == 2 and chi2 <= limit


@kernel
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
    work : PointWork; `work.residual` is a result for the views used

    Returns
    -------
    X, Y, Z in metres and the number of views; NaN and 0 where no two views agree
    """
    n, X0, Y0, Z0 = _linear_start(cameras, uv, variance, used, work)
    X, Y, Z, chi2, views = _gauss_newton(cameras, uv, variance, used, X0, Y0, Z0, work)
    if n > 2 and not _fits(chi2, views):
        d0, d1, d2 = _distrust(cameras, variance, drop_cost, used, n, X0, Y0, Z0, work)
        X, Y, Z, chi2, views = _gauss_newton(cameras, uv, variance, used, X0 + d0, Y0 + d1, Z0 + d2, work)
        _fill_covariance(work.normal, chi2, views, covariance)
        add_spread(work.subset.mixture, d0, d1, d2, covariance)
    else:
        _fill_covariance(work.normal, chi2, views, covariance)
    if not _agree(chi2, views, drop_cost, used):
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
            result.camera_residual_px[c, i] = work.residual[c] if used[c] else math.nan
            if used[c]:
                total += work.residual[c] * work.residual[c]
        result.residual_px[i] = math.sqrt(total / views) if views else math.nan


@parallel_kernel
def triangulate_many(cameras, uv, variance, drop_cost, result):
    """As `triangulate_points` for all N points, on every core."""
    n = uv.shape[1]
    for chunk in prange((n + _CHUNK - 1) // _CHUNK):
        work = point_work(len(uv))
        triangulate_points(cameras, uv, variance, drop_cost, result, chunk * _CHUNK, min(n, (chunk + 1) * _CHUNK), work)
