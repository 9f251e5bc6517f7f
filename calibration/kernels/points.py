# pyright: basic
"""Board corners as free points: the place in space that several pixels agree on best."""

import math

import numpy as np

from geometry._jit import kernel
from geometry.camera_model import normalise_pixel, project_point, project_point_jacobian
from geometry.rays import intersect_rays, solve_symmetric3

_STEPS = 10


@kernel
def refine_point(cameras, uv, seen, X, Y, Z):
    """Gauss-Newton on the squared pixel distances of the cameras that saw the point."""
    jacobian = np.empty((2, 3))
    for _ in range(_STEPS):
        h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
        for c in range(len(uv)):
            if not seen[c]:
                continue
            u, v = project_point_jacobian(cameras, c, X, Y, Z, jacobian)
            if math.isnan(u):
                return X, Y, Z
            for axis, r in ((0, uv[c, 0] - u), (1, uv[c, 1] - v)):
                j0, j1, j2 = jacobian[axis, 0], jacobian[axis, 1], jacobian[axis, 2]
                h00, h01, h02 = h00 + j0 * j0, h01 + j0 * j1, h02 + j0 * j2
                h11, h12, h22 = h11 + j1 * j1, h12 + j1 * j2, h22 + j2 * j2
                g0, g1, g2 = g0 + j0 * r, g1 + j1 * r, g2 + j2 * r
        d0, d1, d2 = solve_symmetric3(h00, h01, h02, h11, h12, h22, g0, g1, g2)
        if math.isnan(d0):
            return X, Y, Z
        X, Y, Z = X + d0, Y + d1, Z + d2
        if abs(d0) + abs(d1) + abs(d2) < 1e-10:
            break
    return X, Y, Z


@kernel
def triangulate(cameras, uv, points, distance):
    """Fill points (n, 3) in metres and pixel distances (C, n) from views uv (C, n, 2); NaN where fewer than two saw it.

    The projection of a point into a camera that did not see it leaves that distance NaN.
    """
    n_cameras = uv.shape[0]
    xy = np.empty((n_cameras, 2))
    weight = np.empty(n_cameras)
    seen = np.empty(n_cameras, np.bool_)
    for i in range(uv.shape[1]):
        for c in range(n_cameras):
            xy[c, 0], xy[c, 1] = normalise_pixel(cameras, c, uv[c, i, 0], uv[c, i, 1])
            seen[c] = math.isfinite(xy[c, 0])
            weight[c] = 1.0 if seen[c] else 0.0
        X, Y, Z = intersect_rays(cameras, xy, weight)
        if not math.isnan(X):
            X, Y, Z = refine_point(cameras, uv[:, i], seen, X, Y, Z)
        points[i, 0], points[i, 1], points[i, 2] = X, Y, Z
        for c in range(n_cameras):
            u, v = project_point(cameras, c, X, Y, Z)
            distance[c, i] = math.hypot(uv[c, i, 0] - u, uv[c, i, 1] - v)
