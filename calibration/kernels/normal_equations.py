# pyright: basic
"""Gauss-Newton equations of every picture of the board, corner by corner."""

import math

import numpy as np

from calibration.kernels.board_view import COLUMNS, view_point
from geometry._jit import kernel, parallel_kernel, prange

BEHIND = 1e12
"""Cost of a corner that would lie behind its camera: no step that leads there is taken."""


@kernel
def residuals(cameras, readout, camera_of, start, R_wb, t_wb, twist, corners, out):
    """Observed minus predicted pixels (N, 2); NaN behind a camera."""
    jacobian = np.empty((2, COLUMNS))
    for i in range(len(camera_of)):
        for n in range(start[i], start[i + 1]):
            u, v = view_point(
                cameras, readout, camera_of[i], R_wb[i], t_wb[i], twist[i], corners.point[n], corners.row[n], jacobian
            )
            out[n, 0], out[n, 1] = corners.uv[n, 0] - u, corners.uv[n, 1] - v


@parallel_kernel
def accumulate(cameras, readout, camera_of, start, R_wb, t_wb, twist, corners, weight, H, g, cost):
    """Normal equations of each picture over its camera's and the board pose's parameters.

    Parameters
    ----------
    cameras, readout : CameraArrays, (C,) seconds
    camera_of, start : (I,), (I + 1,) camera of each picture, and where its corners begin
    R_wb, t_wb, twist : (I, 3, 3), (I, 3), (I, 6) board pose and velocity when each picture was taken
    corners : Corners
    weight : (N,) inverse variance of a corner, per square px; zero leaves it out
    H, g, cost : (I, COLUMNS, COLUMNS), (I, COLUMNS), (I,) filled
    """
    for i in prange(len(camera_of)):
        H[i], g[i], cost[i] = 0.0, 0.0, 0.0
        jacobian = np.empty((2, COLUMNS))
        for n in range(start[i], start[i + 1]):
            w = weight[n]
            if w <= 0.0:
                continue
            u, v = view_point(
                cameras, readout, camera_of[i], R_wb[i], t_wb[i], twist[i], corners.point[n], corners.row[n], jacobian
            )
            if math.isnan(u):
                cost[i] += BEHIND
                continue
            _add(jacobian[0], corners.uv[n, 0] - u, w, H[i], g[i])
            _add(jacobian[1], corners.uv[n, 1] - v, w, H[i], g[i])
            cost[i] += w * ((corners.uv[n, 0] - u) ** 2 + (corners.uv[n, 1] - v) ** 2)
        for p in range(COLUMNS):
            for q in range(p):
                H[i, q, p] = H[i, p, q]


@kernel
def _add(row, r, w, H, g):
    for p in range(COLUMNS):
        wp = w * row[p]
        if wp == 0.0:
            continue
        g[p] += wp * r
        for q in range(p + 1):
            H[p, q] += wp * row[q]
