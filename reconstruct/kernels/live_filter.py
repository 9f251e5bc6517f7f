"""Iterated extended Kalman filter in joint space: one camera's keypoints at a time, at that camera's own moment.

The state is z = (q, v, globals): pose and velocity (54,), then the globals of the whole-trial smoother (geometry, joint
means, two bias entries per camera and body point).  `P` is its full covariance, so what one view teaches about the body
or about its own bias helps every later view.
"""

import math
from typing import NamedTuple

import numpy as np

from geometry._jit import inner_kernel, kernel
from geometry.camera_model import project_point_jacobian
from reconstruct.kernels.kinematics import (
    MAX_POINT_DOFS,
    MAX_POINT_GEOMETRY,
    body_point,
    point_geometry_jacobian,
    point_jacobian,
    segment_frames,
)
from reconstruct.kernels.linear import cholesky
from reconstruct.kernels.motion import process_covariance
from reconstruct.kernels.skeleton import N_DOF, N_GEOMETRY, N_PIVOTS, N_POINTS, POINT_DOF_COUNT, POINT_DOFS

N_X = 2 * N_DOF
N_ROWS = 2 * N_POINTS
_NEARLY_LINEAR = 0.02
"""rad and m: a pose that moved less than this needs no second linearisation"""


class FilterWork(NamedTuple):
    """Scratch memory of one filter of N states, made once by `filter_work`."""

    R: np.ndarray
    origins: np.ndarray
    axes: np.ndarray
    pivots: np.ndarray
    point: np.ndarray
    J_pose: np.ndarray
    J_geometry: np.ndarray
    columns: np.ndarray
    J_camera: np.ndarray
    Hx: np.ndarray
    """(2P, 54)"""
    Hg: np.ndarray
    """(2P, N_GEOMETRY)"""
    residual: np.ndarray
    """(2P,)"""
    noise: np.ndarray
    """(2P,) variance of each row; infinite where unseen"""
    HP: np.ndarray
    """(2P, N)"""
    S: np.ndarray
    L: np.ndarray
    W: np.ndarray
    """(2P, N)"""
    WW: np.ndarray
    """(N, N)"""
    y: np.ndarray
    z: np.ndarray
    before: np.ndarray
    phi: np.ndarray
    Q: np.ndarray


def filter_work(states: int) -> FilterWork:
    """Scratch memory for a filter of so many states."""
    return FilterWork(
        R=np.zeros((8, 3, 3)), origins=np.zeros((10, 3)), axes=np.zeros((N_DOF, 3)), pivots=np.zeros((N_PIVOTS, 3)),
        point=np.zeros(3), J_pose=np.zeros((MAX_POINT_DOFS, 3)), J_geometry=np.zeros((MAX_POINT_GEOMETRY, 3)),
        columns=np.zeros(MAX_POINT_GEOMETRY, dtype=np.int64), J_camera=np.zeros((2, 3)),
        Hx=np.zeros((N_ROWS, N_X)), Hg=np.zeros((N_ROWS, N_GEOMETRY)), residual=np.zeros(N_ROWS),
        noise=np.zeros(N_ROWS), HP=np.zeros((N_ROWS, states)), S=np.zeros((N_ROWS, N_ROWS)),
        L=np.zeros((N_ROWS, N_ROWS)), W=np.zeros((N_ROWS, states)), WW=np.zeros((states, states)),
        y=np.zeros(N_ROWS), z=np.zeros(states), before=np.zeros(N_DOF),
        phi=np.zeros((N_DOF, 2, 2)), Q=np.zeros((N_DOF, 2, 2)),
    )  # fmt: skip


@kernel
def predict(z, P, dt, deviation, rate, acceleration_psd, mean_state, bias_growth, first_bias, end_bias, w):
    """Advance the state by dt seconds, in place.

    Parameters
    ----------
    z (N,), P (N, N)
    deviation, acceleration_psd : (27,) see `motion.transition`; rate : 1/s
    mean_state : (27,) index in z of each degree of freedom's mean, -1 where free
    bias_growth : px^2 per second by which the biases drift
    first_bias, end_bias : indices in z of the first bias and of what follows the last
    """
    for j in range(N_DOF):
        process_covariance(dt, deviation[j], rate, acceleration_psd[j], w.phi[j], w.Q[j])
        p, m = w.phi[j], mean_state[j]
        away = z[j] - (z[m] if m >= 0 else 0.0)
        velocity = z[N_DOF + j]
        z[j] += (p[0, 0] - 1.0) * away + p[0, 1] * velocity
        z[N_DOF + j] = p[1, 0] * away + p[1, 1] * velocity
    _advance_rows(P, w.phi, mean_state)
    _advance_columns(P, w.phi, mean_state)
    for j in range(N_DOF):
        P[j, j] += w.Q[j, 0, 0]
        P[j, N_DOF + j] += w.Q[j, 0, 1]
        P[N_DOF + j, j] += w.Q[j, 1, 0]
        P[N_DOF + j, N_DOF + j] += w.Q[j, 1, 1]
    for i in range(first_bias, end_bias):
        P[i, i] += bias_growth * dt


@inner_kernel
def _advance_rows(P, phi, mean_state):
    for j in range(N_DOF):
        p, m = phi[j], mean_state[j]
        for c in range(P.shape[1]):
            mean = P[m, c] if m >= 0 else 0.0
            a, b = P[j, c] - mean, P[N_DOF + j, c]
            P[j, c] = mean + p[0, 0] * a + p[0, 1] * b
            P[N_DOF + j, c] = p[1, 0] * a + p[1, 1] * b


@inner_kernel
def _advance_columns(P, phi, mean_state):
    for r in range(P.shape[0]):
        row = P[r]
        for j in range(N_DOF):
            p, m = phi[j], mean_state[j]
            mean = row[m] if m >= 0 else 0.0
            a, b = row[j] - mean, row[N_DOF + j]
            row[j] = mean + p[0, 0] * a + p[0, 1] * b
            row[N_DOF + j] = p[1, 0] * a + p[1, 1] * b


@inner_kernel
def linearise_view(z, dt, c, cameras, coupling, uv, variance, first_geometry, first_bias, w):
    """Residuals of camera c and their derivatives at state z; fills Hx, Hg, residual and noise of `w`.

    `dt` is the time from the state to the exposure, `uv` (P, 2) px with NaN where unseen, `variance` (P,) px^2.
    """
    q = z[:N_DOF] + dt * z[N_DOF:N_X]
    geometry = z[first_geometry : first_geometry + N_GEOMETRY]
    segment_frames(q, geometry, coupling, w.R, w.origins, w.axes, w.pivots)
    w.Hx[:, :] = 0.0
    w.Hg[:, :] = 0.0
    for k in range(N_POINTS):
        row = 2 * k
        w.residual[row] = w.residual[row + 1] = 0.0
        w.noise[row] = w.noise[row + 1] = math.inf
        if math.isnan(uv[k, 0]) or not variance[k] > 0.0:
            continue
        body_point(k, geometry, w.R, w.origins, w.point)
        u, v = project_point_jacobian(cameras, c, w.point[0], w.point[1], w.point[2], w.J_camera)
        if math.isnan(u):
            continue
        bias = first_bias + 2 * (c * N_POINTS + k)
        w.residual[row], w.residual[row + 1] = uv[k, 0] - u - z[bias], uv[k, 1] - v - z[bias + 1]
        w.noise[row] = w.noise[row + 1] = variance[k]
        point_jacobian(k, w.point, w.axes, w.pivots, w.J_pose)
        count = point_geometry_jacobian(k, w.R, w.J_geometry, w.columns)
        for axis in range(2):
            jx, jy, jz = w.J_camera[axis, 0], w.J_camera[axis, 1], w.J_camera[axis, 2]
            for n in range(POINT_DOF_COUNT[k]):
                h = jx * w.J_pose[n, 0] + jy * w.J_pose[n, 1] + jz * w.J_pose[n, 2]
                w.Hx[row + axis, POINT_DOFS[k, n]] = h
                w.Hx[row + axis, N_DOF + POINT_DOFS[k, n]] = dt * h
            for n in range(count):
                g = w.J_geometry[n]
                w.Hg[row + axis, w.columns[n]] = jx * g[0] + jy * g[1] + jz * g[2]


@inner_kernel
def _project_covariance(P, first_geometry, bias, w):
    """HP = H P and S = H P H^T, with H = (Hx | Hg | identity on this view's biases)."""
    np.dot(w.Hx, P[:N_X], w.HP)
    np.dot(w.Hg, P[first_geometry : first_geometry + N_GEOMETRY], w.W)
    w.HP[:, :] += w.W
    w.HP[:, :] += P[bias : bias + N_ROWS]
    for i in range(N_ROWS):
        if math.isinf(w.noise[i]):
            w.HP[i] = 0.0
    for i in range(N_ROWS):
        for j in range(i + 1):
            s = 0.0
            if not (math.isinf(w.noise[i]) or math.isinf(w.noise[j])):
                s = w.HP[i, bias + j]
                for m in range(N_X):
                    s += w.HP[i, m] * w.Hx[j, m]
                for m in range(N_GEOMETRY):
                    s += w.HP[i, first_geometry + m] * w.Hg[j, m]
            w.S[i, j] = w.S[j, i] = s


@inner_kernel
def _doubt(nu, w):
    """Inflate the noise of points that lie far from where they are expected (Student-t); returns their share."""
    seen = doubted = 0
    for k in range(N_POINTS):
        row = 2 * k
        if math.isinf(w.noise[row]):
            continue
        a, b = w.S[row, row] + w.noise[row], w.S[row + 1, row + 1] + w.noise[row + 1]
        c = w.S[row, row + 1]
        rx, ry = w.residual[row], w.residual[row + 1]
        d2 = (b * rx * rx - 2.0 * c * rx * ry + a * ry * ry) / (a * b - c * c)
        weight = (nu + 2.0) / (nu + d2)
        seen += 1
        if weight < 0.3:
            doubted += 1
        if weight < 1.0:
            w.noise[row] /= weight
            w.noise[row + 1] /= weight
    return doubted / seen if seen > 0 else 0.0


@inner_kernel
def _whiten(w):
    """y = L^-1 residual, W = L^-1 HP."""
    states = w.HP.shape[1]
    for i in range(N_ROWS):
        s = w.residual[i]
        scale = 1.0 / w.L[i, i]
        for k in range(states):
            w.W[i, k] = w.HP[i, k]
        for m in range(i):
            factor = w.L[i, m]
            if factor == 0.0:  # a point that is not seen has nothing to do with the others
                continue
            s -= factor * w.y[m]
            for k in range(states):
                w.W[i, k] -= factor * w.W[m, k]
        w.y[i] = s * scale
        for k in range(states):
            w.W[i, k] *= scale


@inner_kernel
def _move(z, w):
    """The state after the update into w.z, from the one before; returns how far the pose moved in this iteration."""
    w.before[:] = w.z[:N_DOF]
    w.z[:] = z
    for m in range(N_ROWS):
        step = w.y[m]
        for k in range(len(z)):
            w.z[k] += step * w.W[m, k]
    moved = 0.0
    for j in range(N_DOF):
        moved = max(moved, abs(w.z[j] - w.before[j]))
    return moved


@kernel
def update(z, P, dt, c, cameras, coupling, uv, variance, nu, iterations, first_geometry, first_bias, w):
    """Take in what camera c saw; changes z and P in place.

    Returns
    -------
    doubted : share of the seen points that lie far off
    """
    bias = first_bias + N_ROWS * c
    w.z[:] = z
    doubted = 0.0
    for iteration in range(iterations):
        linearise_view(w.z, dt, c, cameras, coupling, uv, variance, first_geometry, first_bias, w)
        _project_covariance(P, first_geometry, bias, w)
        # Residual as a linear function of the state before the update.
        for i in range(N_ROWS):
            if math.isinf(w.noise[i]):
                continue
            back = w.z[bias + i] - z[bias + i]
            for m in range(N_X):
                back += w.Hx[i, m] * (w.z[m] - z[m])
            for m in range(N_GEOMETRY):
                back += w.Hg[i, m] * (w.z[first_geometry + m] - z[first_geometry + m])
            w.residual[i] += back
        share = _doubt(nu, w)
        if iteration == 0:
            doubted = share
        for i in range(N_ROWS):
            if math.isinf(w.noise[i]):
                w.S[i, i], w.residual[i] = 1.0, 0.0
            else:
                w.S[i, i] += w.noise[i]
        if not cholesky(w.S, w.L):
            return 1.0
        _whiten(w)
        if _move(z, w) < _NEARLY_LINEAR:
            break
    z[:] = w.z
    np.dot(w.W.T, w.W, w.WW)
    P -= w.WW
    return doubted
