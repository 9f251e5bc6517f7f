# pyright: basic
"""Linear intersection of viewing rays: the closed-form start of every triangulation."""

import math

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, kernel
from geometry.camera_model import CameraArrays, camera_scalars, normalise_pixel

Array = NDArray[np.float64]

_SINGULAR = 1e-12


@inline_kernel
def inverse_symmetric3(a00, a01, a02, a11, a12, a22):
    """Inverse of a symmetric 3x3 matrix, upper triangle, by cofactors; NaN where singular relative to its own scale.

    Free of branches, so that loops over many matrices are vectorised.
    """
    c00, c01, c02 = a11 * a22 - a12 * a12, a02 * a12 - a01 * a22, a01 * a12 - a02 * a11
    det = a00 * c00 + a01 * c01 + a02 * c02
    scale = (a00 + a11 + a22) / 3.0
    per_det = 1.0 / det if det > _SINGULAR * scale * scale * scale else math.nan
    c11, c12, c22 = a00 * a22 - a02 * a02, a01 * a02 - a00 * a12, a00 * a11 - a01 * a01
    return c00 * per_det, c01 * per_det, c02 * per_det, c11 * per_det, c12 * per_det, c22 * per_det


@inline_kernel
def solve_symmetric3(a00, a01, a02, a11, a12, a22, b0, b1, b2):
    """Solution of a symmetric 3x3 system; NaN where it is singular relative to its own scale."""
    c00, c01, c02, c11, c12, c22 = inverse_symmetric3(a00, a01, a02, a11, a12, a22)
    return (
        c00 * b0 + c01 * b1 + c02 * b2,
        c01 * b0 + c11 * b1 + c12 * b2,
        c02 * b0 + c12 * b1 + c22 * b2,
    )


@inline_kernel
def ray_equations(R, t, a, b, w):
    """What the ray of an undistorted image point (a, b), of weight w, adds to the normal equations of a point.

    The least squares of `intersect_rays`: upper triangle and right-hand side, from `R` and `t` of `CameraScalars`.
    """
    p0, p1, p2, d = R[0] - a * R[6], R[1] - a * R[7], R[2] - a * R[8], w * (a * t[2] - t[0])
    q0, q1, q2, e = R[3] - b * R[6], R[4] - b * R[7], R[5] - b * R[8], w * (b * t[2] - t[1])
    return (
        w * (p0 * p0 + q0 * q0),
        w * (p0 * p1 + q0 * q1),
        w * (p0 * p2 + q0 * q2),
        w * (p1 * p1 + q1 * q1),
        w * (p1 * p2 + q1 * q2),
        w * (p2 * p2 + q2 * q2),
        d * p0 + e * q0,
        d * p1 + e * q1,
        d * p2 + e * q2,
    )


@kernel
def intersect_rays(cameras, xy, weights):
    """World point closest to the rays of all cameras with weight > 0.

    Minimises the sum of w |x - a z|^2 + |y - b z|^2 over camera coordinates (x, y, z) for normalised image points
    (a, b): linear in the point, so a 3x3 system.  The depth in the error favours near cameras; a solver that cares
    follows with Gauss-Newton on pixels.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xy : (C, 2) undistorted normalised image points
    weights : (C,) zero or NaN leaves a camera out

    Returns
    -------
    X, Y, Z in metres; NaN with fewer than two usable cameras or parallel rays
    """
    a00 = a01 = a02 = a11 = a12 = a22 = b0 = b1 = b2 = 0.0
    views = 0
    for c in range(len(xy)):
        w = weights[c]
        a, b = xy[c, 0], xy[c, 1]
        if not (w > 0.0 and math.isfinite(a) and math.isfinite(b)):
            continue
        views += 1
        camera = camera_scalars(cameras, c)
        n00, n01, n02, n11, n12, n22, g0, g1, g2 = ray_equations(camera.R, camera.t, a, b, w)
        a00, a01, a02, a11, a12, a22 = a00 + n00, a01 + n01, a02 + n02, a11 + n11, a12 + n12, a22 + n22
        b0, b1, b2 = b0 + g0, b1 + g1, b2 + g2
    if views < 2:
        return math.nan, math.nan, math.nan
    return solve_symmetric3(a00, a01, a02, a11, a12, a22, b0, b1, b2)


@kernel
def _intersect_many(cameras, uv, weights, points):
    n_cameras = uv.shape[0]
    xy, weight = np.empty((n_cameras, 2)), np.empty(n_cameras)
    for i in range(uv.shape[1]):
        for c in range(n_cameras):
            weight[c] = weights[c, i]
            if weight[c] > 0.0:
                xy[c, 0], xy[c, 1] = normalise_pixel(cameras, c, uv[c, i, 0], uv[c, i, 1])
        points[i, 0], points[i, 1], points[i, 2] = intersect_rays(cameras, xy, weight)


def triangulate_linear(cameras: CameraArrays, uv: Array, weights: Array) -> Array:
    """Points (n, 3) in metres from pixels (C, n, 2), distortion removed, with weights (C, n); NaN where impossible."""
    points = np.empty((uv.shape[1], 3))
    _intersect_many(cameras, np.ascontiguousarray(uv, dtype=float), np.ascontiguousarray(weights, dtype=float), points)
    return points
