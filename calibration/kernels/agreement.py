# pyright: basic
"""How well cameras agree on points, all together and without each one in turn."""

import math

import numpy as np

from calibration.kernels.points import refine_point
from geometry._jit import kernel
from geometry.camera_model import normalise_pixel, project_point
from geometry.rays import intersect_rays


@kernel
def agreement(cameras, uv, seen, residual):
    """Fill `residual` (C + 1,): median over points of the rms pixel distance to where the cameras put each point.

    First of all cameras, then of all but camera 0, all but camera 1, ...  NaN where no point has two views left.

    Parameters
    ----------
    cameras : CameraArrays
    uv, seen : (C, K, 2) px, (C, K)
    """
    n_cameras, n_points = seen.shape
    xy = np.empty((n_points, n_cameras, 2))
    for k in range(n_points):
        for c in range(n_cameras):
            xy[k, c, 0], xy[k, c, 1] = normalise_pixel(cameras, c, uv[c, k, 0], uv[c, k, 1])
    distance = np.empty(n_points)
    used = np.empty(n_cameras, np.bool_)
    for excluded in range(-1, n_cameras):
        count = 0
        for k in range(n_points):
            for c in range(n_cameras):
                used[c] = seen[c, k] and c != excluded and math.isfinite(xy[k, c, 0])
            value = _rms(cameras, uv[:, k], xy[k], used)
            if not math.isnan(value):
                distance[count] = value
                count += 1
        residual[excluded + 1] = np.median(distance[:count]) if count > 0 else math.nan


@kernel
def _rms(cameras, uv, xy, used):
    X, Y, Z = intersect_rays(cameras, xy, used.astype(np.float64))
    if math.isnan(X):
        return math.nan
    X, Y, Z = refine_point(cameras, uv, used, X, Y, Z)
    total, views = 0.0, 0
    for c in range(len(used)):
        if used[c]:
            u, v = project_point(cameras, c, X, Y, Z)
            total += (uv[c, 0] - u) ** 2 + (uv[c, 1] - v) ** 2
            views += 1
    return math.sqrt(total / views)
