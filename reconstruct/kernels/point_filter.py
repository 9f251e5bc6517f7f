"""A keypoint's position and velocity carried from frame to frame: six states, white acceleration.

Blocks of the covariance are kept apart: `pp` position, `pv` position by velocity, `vv` velocity, each (3, 3).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel
from reconstruct.kernels.view_quadratics import invert_symmetric3

Array = NDArray[np.float64]


class PointFilter(NamedTuple):
    """K points in motion; `age_s` is the time since a view last confirmed each, infinite before the first."""

    position: Array
    """(K, 3) metres"""
    velocity: Array
    """(K, 3) metres per second"""
    pp: Array
    """(K, 3, 3)"""
    pv: Array
    """(K, 3, 3)"""
    vv: Array
    """(K, 3, 3)"""
    age_s: Array
    """(K,)"""
    scratch: Array
    """(4, 3, 3)"""


def point_filter(points: int) -> PointFilter:
    """Filter of so many points that knows nothing yet."""
    return PointFilter(
        np.zeros((points, 3)),
        np.zeros((points, 3)),
        np.zeros((points, 3, 3)),
        np.zeros((points, 3, 3)),
        np.zeros((points, 3, 3)),
        np.full(points, np.inf),
        np.empty((4, 3, 3)),
    )


@inner_kernel
def predict(state, interval_s, psd):
    """Move every point on by `interval_s` with acceleration of power spectral density `psd` (K,) m^2/s^3."""
    t = interval_s
    for k in range(len(psd)):
        state.age_s[k] += t
        pp, pv, vv = state.pp[k], state.pv[k], state.vv[k]
        for i in range(3):
            state.position[k, i] += t * state.velocity[k, i]
            for j in range(3):
                pp[i, j] += t * (pv[i, j] + pv[j, i]) + t * t * vv[i, j]
        for i in range(3):
            for j in range(3):
                pv[i, j] += t * vv[i, j]
            pp[i, i] += psd[k] * t * t * t / 3.0
            pv[i, i] += psd[k] * t * t / 2.0
            vv[i, i] += psd[k] * t


@inline_kernel
def _multiply(a, b, out):
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]


@inner_kernel
def start(state, k, X, Y, Z, covariance, speed_sd):
    """Begin a point at rest, give or take `speed_sd` (m/s)."""
    state.position[k, 0], state.position[k, 1], state.position[k, 2] = X, Y, Z
    state.velocity[k] = 0.0
    state.pp[k] = covariance
    state.pv[k] = 0.0
    state.vv[k] = 0.0
    for i in range(3):
        state.vv[k, i, i] = speed_sd * speed_sd
    state.age_s[k] = 0.0


@inner_kernel
def update(state, k, q):
    """Take in a quadratic `q` around the predicted position; a quadratic of rank 2 (one view) will do."""
    before, gain, after, work = state.scratch[0], state.scratch[1], state.scratch[2], state.scratch[3]
    pp, pv, vv = state.pp[k], state.pv[k], state.vv[k]
    triangle = work.reshape(9)
    triangle[0], triangle[1], triangle[2] = pp[0, 0], pp[0, 1], pp[0, 2]
    triangle[3], triangle[4], triangle[5] = pp[1, 1], pp[1, 2], pp[2, 2]
    if not invert_symmetric3(triangle, before):
        return
    triangle[0], triangle[1], triangle[2] = before[0, 0] + q[0], before[0, 1] + q[1], before[0, 2] + q[2]
    triangle[3], triangle[4], triangle[5] = before[1, 1] + q[3], before[1, 2] + q[4], before[2, 2] + q[5]
    if not invert_symmetric3(triangle, after):
        return
    for i in range(3):
        for j in range(3):  # velocity moves by gain times what position moves by
            gain[i, j] = pv[0, i] * before[0, j] + pv[1, i] * before[1, j] + pv[2, i] * before[2, j]
    _apply(state, k, q, gain, after, work)
    _multiply(gain, pp, work)
    for i in range(3):
        for j in range(3):
            vv[i, j] -= work[i, 0] * gain[j, 0] + work[i, 1] * gain[j, 1] + work[i, 2] * gain[j, 2]
    _multiply(gain, after, work)
    for i in range(3):
        for j in range(3):
            vv[i, j] += work[i, 0] * gain[j, 0] + work[i, 1] * gain[j, 1] + work[i, 2] * gain[j, 2]
            pv[j, i] = work[i, j]
    pp[:, :] = after
    state.age_s[k] = 0.0


@inner_kernel
def _apply(state, k, q, gain, after, work):
    """Move position and velocity by the quadratic's pull."""
    d = work.reshape(9)[:3]
    for i in range(3):
        d[i] = after[i, 0] * q[6] + after[i, 1] * q[7] + after[i, 2] * q[8]
    for i in range(3):
        state.position[k, i] += d[i]
    for i in range(3):
        state.velocity[k, i] += gain[i, 0] * d[0] + gain[i, 1] * d[1] + gain[i, 2] * d[2]
