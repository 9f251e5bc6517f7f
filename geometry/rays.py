# pyright: basic
"""Linear intersection of viewing rays: the closed-form start of every triangulation."""

import math

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, kernel
from geometry.camera_model import CameraArrays, normalise_pixel

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
    R, t = cameras.R, cameras.t
    for c in range(len(xy)):
        w = weights[c]
        a, b = xy[c, 0], xy[c, 1]
        if not (w > 0.0 and math.isfinite(a) and math.isfinite(b)):
            continue
        views += 1
        for row in range(2):
            s = a if row == 0 else b
            p, q, r = R[c, row, 0] - s * R[c, 2, 0], R[c, row, 1] - s * R[c, 2, 1], R[c, row, 2] - s * R[c, 2, 2]
            d = w * (s * t[c, 2] - t[c, row])
            a00 += w * p * p
            a01 += w * p * q
            a02 += w * p * r
            a11 += w * q * q
            a12 += w * q * r
            a22 += w * r * r
            b0 += d * p
            b1 += d * q
            b2 += d * r
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
