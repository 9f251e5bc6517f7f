# pyright: basic
"""How each camera would have to turn for its views of a few points to agree better with those of the others."""

import math

import numpy as np

from calibration.kernels.points import refine_point
from geometry._jit import kernel
from geometry.camera_model import normalise_pixel, project_point_jacobian
from geometry.rays import intersect_rays

_OUTLYING = 3.0
"""A point that misses by more than this times the typical one pulls no harder than at it: swapped limbs, strangers."""


@kernel
def turn_equations(cameras, uv, seen, A, b):
    """Fill A (C, 3, 3) and b (C, 3): A turn = b is the small turn of each camera alone that fits best, points moving.

    Turns are rotation vectors in the camera's frame, T_camera_world <- exp(turn) T_camera_world, radians; A and b are
    in square pixels.  Returns the sum of squared misses and its degrees of freedom.

    Parameters
    ----------
    cameras : CameraArrays
    uv, seen : (C, K, 2) px, (C, K); points that fewer than three cameras saw say nothing
    """
    n_cameras, n_points = seen.shape
    points, miss_px = np.empty((n_points, 3)), np.empty(n_points)
    for k in range(n_points):
        miss_px[k] = _place(cameras, uv[:, k], seen[:, k], points[k])
    typical = np.nanmedian(miss_px)
    jacobian, miss = np.zeros((n_cameras, 2, 3)), np.zeros((n_cameras, 2))
    A[:] = 0.0
    b[:] = 0.0
    square, freedom = 0.0, 0.0
    for k in range(n_points):
        if math.isnan(miss_px[k]):
            continue
        weight = min(1.0, _OUTLYING * typical / max(miss_px[k], 1e-9))
        views = _look(cameras, uv[:, k], seen[:, k], points[k], jacobian, miss)
        _accumulate(cameras, seen[:, k], points[k], jacobian, miss, weight, A, b)
        square += weight * views * miss_px[k] ** 2
        freedom += weight * (2.0 * views - 3.0)
    return square, freedom


@kernel
def _place(cameras, uv, seen, point):
    """Put a point where its views agree best; returns their rms miss in px, NaN below three views."""
    n_cameras = len(seen)
    xy, weight = np.empty((n_cameras, 2)), np.empty(n_cameras)
    views = 0
    for c in range(n_cameras):
        xy[c, 0], xy[c, 1] = normalise_pixel(cameras, c, uv[c, 0], uv[c, 1])
        weight[c] = 1.0 if seen[c] else 0.0
        views += seen[c]
    if views < 3:
        return math.nan
    X, Y, Z = intersect_rays(cameras, xy, weight)
    if math.isnan(X):
        return math.nan
    X, Y, Z = refine_point(cameras, uv, seen, X, Y, Z)
    point[0], point[1], point[2] = X, Y, Z
    jacobian, miss = np.zeros((n_cameras, 2, 3)), np.zeros((n_cameras, 2))
    _look(cameras, uv, seen, point, jacobian, miss)
    return math.sqrt((miss**2).sum() / views)


@kernel
def _look(cameras, uv, seen, point, jacobian, miss):
    """Fill the derivatives (C, 2, 3) of a point's pixels and the misses (C, 2) of the views; returns how many."""
    views = 0
    for c in range(len(seen)):
        if seen[c]:
            u, v = project_point_jacobian(cameras, c, point[0], point[1], point[2], jacobian[c])
            miss[c, 0], miss[c, 1] = uv[c, 0] - u, uv[c, 1] - v
            views += 1
    return views


@kernel
def _accumulate(cameras, seen, point, jacobian, miss, weight, A, b):
    """Add one point's say, its own three coordinates eliminated."""
    information = np.zeros((3, 3))
    for c in range(len(seen)):
        if seen[c]:
            information += jacobian[c].T @ jacobian[c]
    give = np.linalg.inv(information)
    by_turn = np.empty((2, 3))
    for c in range(len(seen)):
        if not seen[c]:
            continue
        p = cameras.R[c] @ point + cameras.t[c]
        by_shift = jacobian[c] @ cameras.R[c].T
        for i in range(2):
            by_turn[i, 0] = p[1] * by_shift[i, 2] - p[2] * by_shift[i, 1]
            by_turn[i, 1] = p[2] * by_shift[i, 0] - p[0] * by_shift[i, 2]
            by_turn[i, 2] = p[0] * by_shift[i, 1] - p[1] * by_shift[i, 0]
        shared = by_turn.T @ jacobian[c]
        A[c] += weight * (by_turn.T @ by_turn - shared @ give @ shared.T)
        b[c] += weight * (by_turn.T @ miss[c])
