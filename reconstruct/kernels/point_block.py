"""Points in blocks of `LANES`, side by side: least reprojection error over all views of each, and its covariance.

A block does the same arithmetic for every point, without branches, so that one instruction serves several points.
Quantities are rows of `LANES` numbers in one array: `rows[X + i]` is X of point i.  Nothing is decided here: a point
whose views contradict each other, or that has not settled, is the caller's to judge.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel
from geometry.camera_model import (
    MIN_DEPTH,
    camera_scalars,
    distort,
    distort_pinhole,
    normalise_pixel,
    project_ahead,
    undistort_roughly,
)
from geometry.rays import inverse_symmetric3, ray_equations

Array = NDArray[np.float64]

LANES = 32
HUBER_SD = 3.0
_STEPS = 2
_PRIOR_DOF = 4.0
_BEHIND = 1e300
_NO_STEP_M = 1e-12

# Rows of a block: the point, where its rays meet, its last step and how far it may yet be from rest (metres, axes added
# up), number of views, chi2 before that step and by how much the step should lower it, root mean square distance from
# the pixels.
X, Y, Z, RAYS_X, RAYS_Y, RAYS_Z, STEP, UNREST, VIEWS, CHI2, GAIN, RESIDUAL = (row * LANES for row in range(12))
# Normal equations, upper triangle, whose place the covariance takes in the end; right-hand side.
N00, N01, N02, N11, N12, N22, G0, G1, G2 = (row * LANES for row in range(12, 21))
ROWS = 21 * LANES

# Rows of every view: pixel, 1 / variance (0 for no view), undistorted image point, squared distance to reprojection.
U, V, PRECISION, A, B, SQUARED = (row * LANES for row in range(6))
VIEW_ROWS = 6 * LANES


class PointBlock(NamedTuple):
    """Memory of one block seen by at most C cameras."""

    rows: Array
    """(ROWS,)"""
    views: Array
    """(C, VIEW_ROWS)"""


@inline_kernel
def _gather(camera, uv, variance, start, stop, rows, view):
    """Copy one camera's pixels of points `start` to `stop` into the block; what cannot be used gets no weight."""
    for i in range(LANES):
        view[U + i], view[V + i], view[PRECISION + i] = camera.centre[0], camera.centre[1], 0.0
        if start + i < stop:
            u, v, variance_px2 = uv[start + i, 0], uv[start + i, 1], variance[start + i]
            if variance_px2 > 0.0 and math.isfinite(u + v + variance_px2):
                view[U + i], view[V + i], view[PRECISION + i] = u, v, 1.0 / variance_px2
                rows[VIEWS + i] += 1.0


@inline_kernel
def _undistort(camera, view):
    """Image points, good enough to start from."""
    per_fx, per_fy, k = 1.0 / camera.focal[0], 1.0 / camera.focal[1], camera.distortion
    for i in range(LANES):
        xd, yd = (view[U + i] - camera.centre[0]) * per_fx, (view[V + i] - camera.centre[1]) * per_fy
        view[A + i], view[B + i], _ = undistort_roughly(xd, yd, k)


@inline_kernel
def _undistort_fisheye(cameras, c, rows, view):
    """As `_undistort`, one by one; a pixel that no ray can reach is no view."""
    for i in range(LANES):
        a, b = normalise_pixel(cameras, c, view[U + i], view[V + i])
        if math.isnan(a):
            a, b, view[PRECISION + i] = 0.0, 0.0, 0.0
            rows[VIEWS + i] -= 1.0
        view[A + i], view[B + i] = a, b


@inline_kernel
def _clear_normal(rows):
    for i in range(LANES):
        rows[N00 + i] = 0.0
        rows[N01 + i] = 0.0
        rows[N02 + i] = 0.0
        rows[N11 + i] = 0.0
        rows[N12 + i] = 0.0
        rows[N22 + i] = 0.0
        rows[G0 + i] = 0.0
        rows[G1 + i] = 0.0
        rows[G2 + i] = 0.0
        rows[CHI2 + i] = 0.0


@inline_kernel
def _add_rays(camera, view, rows):
    """Add the rays of one view to the normal equations of the points near them, as `intersect_rays` does."""
    for i in range(LANES):
        n00, n01, n02, n11, n12, n22, g0, g1, g2 = ray_equations(
            camera.R, camera.t, view[A + i], view[B + i], view[PRECISION + i]
        )
        rows[N00 + i] += n00
        rows[N01 + i] += n01
        rows[N02 + i] += n02
        rows[N11 + i] += n11
        rows[N12 + i] += n12
        rows[N22 + i] += n22
        rows[G0 + i] += g0
        rows[G1 + i] += g1
        rows[G2 + i] += g2


@inline_kernel
def _pinhole(x, y, k, fisheye):
    """`distort` without the choice of the lens, which would keep loops from being vectorised."""
    return distort_pinhole(x, y, k)


@inline_kernel
def _add_view(camera, lens, view, rows):
    """Add the Huber-weighted reprojection error of one view to the normal equations, and to chi2."""
    for i in range(LANES):
        w = view[PRECISION + i]
        z, u, v, u0, u1, u2, v0, v1, v2 = project_ahead(camera, lens, rows[X + i], rows[Y + i], rows[Z + i])
        eu, ev = view[U + i] - u, view[V + i] - v
        squared = eu * eu + ev * ev
        r2 = squared * w
        view[SQUARED + i] = squared
        rows[CHI2 + i] += r2 if z > MIN_DEPTH else _BEHIND * w
        w *= min(1.0, HUBER_SD / math.sqrt(r2))
        rows[N00 + i] += w * (u0 * u0 + v0 * v0)
        rows[N01 + i] += w * (u0 * u1 + v0 * v1)
        rows[N02 + i] += w * (u0 * u2 + v0 * v2)
        rows[N11 + i] += w * (u1 * u1 + v1 * v1)
        rows[N12 + i] += w * (u1 * u2 + v1 * v2)
        rows[N22 + i] += w * (u2 * u2 + v2 * v2)
        rows[G0 + i] += w * (u0 * eu + v0 * ev)
        rows[G1 + i] += w * (u1 * eu + v1 * ev)
        rows[G2 + i] += w * (u2 * eu + v2 * ev)


@inline_kernel
def _inverse(rows, i):
    """Inverse of the normal equations of point i, upper triangle; NaN where singular."""
    return inverse_symmetric3(
        rows[N00 + i], rows[N01 + i], rows[N02 + i], rows[N11 + i], rows[N12 + i], rows[N22 + i]
    )  # fmt: skip


@inline_kernel
def unrest(step, before):
    """How far a point may yet be from rest after a step and the one before it; large if that was not the longer one.

    Steps shrink by about the same factor, so that what is left of them is a geometric series.
    """
    return step * step / max(before - step, _NO_STEP_M)


@inline_kernel
def _move(rows):
    """Move every point to where its normal equations want it."""
    for i in range(LANES):
        c00, c01, c02, c11, c12, c22 = _inverse(rows, i)
        b0, b1, b2 = rows[G0 + i], rows[G1 + i], rows[G2 + i]
        d0 = c00 * b0 + c01 * b1 + c02 * b2
        d1 = c01 * b0 + c11 * b1 + c12 * b2
        d2 = c02 * b0 + c12 * b1 + c22 * b2
        rows[X + i] += d0
        rows[Y + i] += d1
        rows[Z + i] += d2
        step = abs(d0) + abs(d1) + abs(d2)
        rows[UNREST + i] = unrest(step, rows[STEP + i])
        rows[STEP + i] = step
        rows[GAIN + i] = b0 * d0 + b1 * d1 + b2 * d2


@inline_kernel
def inflation(chi2, views):
    """Factor on a covariance whose residuals exceed what the pixel noise explains."""
    return max(1.0, (_PRIOR_DOF + chi2) / (_PRIOR_DOF + 2.0 * views - 3.0))


@inline_kernel
def _fill_covariances(rows):
    for i in range(LANES):
        c00, c01, c02, c11, c12, c22 = _inverse(rows, i)
        factor = inflation(rows[CHI2 + i], rows[VIEWS + i])
        rows[N00 + i] = c00 * factor
        rows[N01 + i] = c01 * factor
        rows[N02 + i] = c02 * factor
        rows[N11 + i] = c11 * factor
        rows[N12 + i] = c12 * factor
        rows[N22 + i] = c22 * factor


@inline_kernel
def _fill_residuals(views, count, rows):
    """Root mean square distance between seen and reprojected points."""
    for i in range(LANES):
        rows[RESIDUAL + i] = 0.0
    for c in range(count):
        view = views[c]
        for i in range(LANES):
            rows[RESIDUAL + i] += view[SQUARED + i] if view[PRECISION + i] > 0.0 else 0.0
    for i in range(LANES):
        rows[RESIDUAL + i] = math.sqrt(rows[RESIDUAL + i] / rows[VIEWS + i])


@inline_kernel
def _meet_rays(cameras, uv, variance, start, stop, block):
    """Take in the pixels; points start where their rays meet, linearly."""
    rows = block.rows
    rows[:] = 0.0
    for c in range(len(uv)):
        camera, view = camera_scalars(cameras, c), block.views[c]
        _gather(camera, uv[c], variance[c], start, stop, rows, view)
        if camera.fisheye:
            _undistort_fisheye(cameras, c, rows, view)
        else:
            _undistort(camera, view)
        _add_rays(camera, view, rows)
    _move(rows)
    for i in range(LANES):
        rows[RAYS_X + i] = rows[X + i]
        rows[RAYS_Y + i] = rows[Y + i]
        rows[RAYS_Z + i] = rows[Z + i]


@inner_kernel
def solve_block(cameras, uv, variance, start, stop, block):
    """Solve points `start` to `stop` (at most `LANES`) of uv (C, N, 2) px with variance (C, N) px^2.

    Leaves point, last step, views, chi2 and covariance in the rows of `block`; NaN where the views determine nothing.
    Covariance and chi2 are those before the last step.
    """
    rows = block.rows
    _meet_rays(cameras, uv, variance, start, stop, block)
    for _ in range(_STEPS):
        _clear_normal(rows)
        for c in range(len(uv)):
            camera, view = camera_scalars(cameras, c), block.views[c]
            if camera.fisheye:
                _add_view(camera, distort, view, rows)
            else:
                _add_view(camera, _pinhole, view, rows)
        _move(rows)
    _fill_covariances(rows)
    _fill_residuals(block.views, len(uv), rows)
