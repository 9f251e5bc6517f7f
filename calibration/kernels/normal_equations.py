# pyright: basic
"""Gauss-Newton equations of every picture of the board, corner by corner."""

import math

import numpy as np

from calibration.kernels.board_view import CAMERA, COLUMNS, POSE, view_point
from geometry._jit import kernel

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


@kernel
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
    most = 0
    for i in range(len(camera_of)):
        most = max(most, start[i + 1] - start[i])
    # Jacobian and, as last column, the residual: one matrix product gives H, g and the cost of a picture.
    rows = np.zeros((2 * most, COLUMNS + 1))
    for i in range(len(camera_of)):
        behind = 0
        for n in range(start[i], start[i + 1]):
            j = 2 * (n - start[i])
            u, v = view_point(
                cameras, readout, camera_of[i], R_wb[i], t_wb[i], twist[i], corners.point[n], corners.row[n],
                rows[j : j + 2, :COLUMNS],
            )  # fmt: skip
            if math.isnan(u):
                behind += weight[n] > 0.0
                rows[j : j + 2] = 0.0
                continue
            rows[j, COLUMNS], rows[j + 1, COLUMNS] = corners.uv[n, 0] - u, corners.uv[n, 1] - v
            rows[j : j + 2] *= math.sqrt(weight[n])
        used = rows[: 2 * (start[i + 1] - start[i])]
        product = np.dot(used.T, used)
        H[i], g[i] = product[:COLUMNS, :COLUMNS], product[:COLUMNS, COLUMNS]
        cost[i] = product[COLUMNS, COLUMNS] + behind * BEHIND


@kernel
def gather(H, g, camera_of, knot, chain, A, a, B, D, d):
    """Add every picture's equations to those of cameras and instants.

    Parameters
    ----------
    H, g : (I, COLUMNS, COLUMNS), (I, COLUMNS) of each picture, over its camera and the board's pose in it
    camera_of, knot, chain : (I,), (I, M), (I, M, 6, 6) whose picture, and how the instants' poses move the board's
    A, a : (C, CAMERA, CAMERA), (C, CAMERA) cameras
    B : (C, CAMERA, 6 K) cameras against instants
    D, d : (6 M, 6 K), (6 K,) instants, D as its lower band: D[i - j, j]
    """
    for i in range(len(camera_of)):
        c = camera_of[i]
        A[c] += H[i, :CAMERA, :CAMERA]
        a[c] += g[i, :CAMERA]
        for p in range(knot.shape[1]):
            row = POSE * knot[i, p]
            B[c, :, row : row + POSE] += _times(H[i, :CAMERA, CAMERA:], chain[i, p])
            back = chain[i, p].T
            d[row : row + POSE] += _times(back, g[i, CAMERA:].reshape(POSE, 1))[:, 0]
            half = _times(back, H[i, CAMERA:, CAMERA:])
            for q in range(knot.shape[1]):
                if knot[i, q] <= knot[i, p]:
                    _add_to_band(D, _times(half, chain[i, q]), row, POSE * knot[i, q])


@kernel
def _times(a, b):
    """Product of two small matrices of any layout."""
    product = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                product[i, j] += a[i, k] * b[k, j]
    return product


@kernel
def _add_to_band(D, block, row, column):
    """Add a block at (row, column) to a lower band; what lies above the diagonal is its mirror image."""
    for r in range(POSE):
        for c in range(POSE):
            below = row + r - column - c
            if below >= 0:
                D[below, column + c] += block[r, c]
