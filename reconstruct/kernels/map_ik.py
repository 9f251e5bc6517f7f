"""Inverse kinematics of one frame: the pose that best explains the points, given what is known beforehand."""

import math
from typing import NamedTuple

import numpy as np

from geometry._jit import inner_kernel, kernel, parallel_kernel, prange
from reconstruct.kernels.kinematics import MAX_POINT_DOFS, body_point, point_jacobian, segment_frames
from reconstruct.kernels.linear import cholesky, inverse_from_cholesky, solve_cholesky
from reconstruct.kernels.skeleton import N_DOF, N_PIVOTS, N_POINTS, POINT_DOF_COUNT, POINT_DOFS
from reconstruct.kernels.view_quadratics import invert_symmetric3

# Student-t with few degrees of freedom: a point 4 sd off keeps a fifth of its pull.
_STUDENT_NU = 4.0
_LEAST_CURVATURE = 0.1
"""Share of a point's information along its residual that a step keeps at least: beyond 2 sd the cost bends down."""
_NEAR = 0.1
"""rad or m: after a step that is shorter without much damping, the weights are near enough to be linearised too"""
_FIRST_DAMPING = 1e-4
_MAX_DAMPING = 1e8


class IkWorkspace(NamedTuple):
    """Scratch memory of one solver, made once by `ik_workspace`."""

    R: np.ndarray
    origins: np.ndarray
    axes: np.ndarray
    pivots: np.ndarray
    point: np.ndarray
    curved: np.ndarray
    jacobian: np.ndarray
    H: np.ndarray
    damped: np.ndarray
    L: np.ndarray
    gradient: np.ndarray
    step: np.ndarray
    trial: np.ndarray


@kernel
def ik_workspace():
    """Scratch memory for `solve_pose`."""
    n = N_DOF
    return IkWorkspace(
        np.zeros((8, 3, 3)),
        np.zeros((10, 3)),
        np.zeros((n, 3)),
        np.zeros((N_PIVOTS, 3)),
        np.zeros(3),
        np.zeros((3, 3)),
        np.zeros((MAX_POINT_DOFS, 3)),
        np.zeros((n, n)),
        np.zeros((n, n)),
        np.zeros((n, n)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
    )


@kernel
def inverse_covariances(covariance, information):
    """Fill `information` (P, 3, 3) with the inverse of `covariance` (P, 3, 3); zero where that is unknown."""
    triangle = np.empty(6)
    for k in range(len(covariance)):
        C = covariance[k]
        triangle[0], triangle[1], triangle[2] = C[0, 0], C[0, 1], C[0, 2]
        triangle[3], triangle[4], triangle[5] = C[1, 1], C[1, 2], C[2, 2]
        if not invert_symmetric3(triangle, information[k]):
            information[k] = 0.0


@kernel
def _cost(q, points, information, geometry, coupling, mean, precision, w):
    """Negative log posterior of pose q (without constants)."""
    segment_frames(q, geometry, coupling, w.R, w.origins, w.axes, w.pivots)
    cost = 0.0
    for k in range(N_POINTS):
        if math.isnan(points[k, 0]):
            continue
        body_point(k, geometry, w.R, w.origins, w.point)
        d2 = 0.0
        for i in range(3):
            for j in range(3):
                d2 += (points[k, i] - w.point[i]) * information[k, i, j] * (points[k, j] - w.point[j])
        cost += 0.5 * (_STUDENT_NU + 3.0) * math.log1p(d2 / _STUDENT_NU)
    for j in range(N_DOF):
        cost += 0.5 * precision[j] * (q[j] - mean[j]) ** 2
    return cost


@inner_kernel
def _curved(W, px, py, pz, d2, curvature, out):
    """out = W less what the weight loses where the residual grows, W (3, 3) and W r = (px, py, pz)."""
    bend = curvature * min(2.0 / (_STUDENT_NU + d2), (1.0 - _LEAST_CURVATURE) / max(d2, 1e-12))
    out[0, 0], out[0, 1], out[0, 2] = W[0, 0] - bend * px * px, W[0, 1] - bend * px * py, W[0, 2] - bend * px * pz
    out[1, 0], out[1, 1], out[1, 2] = W[1, 0] - bend * py * px, W[1, 1] - bend * py * py, W[1, 2] - bend * py * pz
    out[2, 0], out[2, 1], out[2, 2] = W[2, 0] - bend * pz * px, W[2, 1] - bend * pz * py, W[2, 2] - bend * pz * pz


@inner_kernel
def _linearise(q, points, information, geometry, coupling, mean, precision, curvature, w):
    """Gauss-Newton system of the cost at q: fills `w.H` and `w.gradient`.

    With `curvature` 1 the matrix also has the derivative of the robust weights, which halves the number of steps; with
    0 it is the information that the points carry.
    """
    segment_frames(q, geometry, coupling, w.R, w.origins, w.axes, w.pivots)
    w.H[:, :] = 0.0
    for j in range(N_DOF):
        w.H[j, j] = precision[j]
        w.gradient[j] = precision[j] * (mean[j] - q[j])
    for k in range(N_POINTS):
        if math.isnan(points[k, 0]):
            continue
        body_point(k, geometry, w.R, w.origins, w.point)
        point_jacobian(k, w.point, w.axes, w.pivots, w.jacobian)
        rx, ry, rz = points[k, 0] - w.point[0], points[k, 1] - w.point[1], points[k, 2] - w.point[2]
        W, V = information[k], w.curved
        px = W[0, 0] * rx + W[0, 1] * ry + W[0, 2] * rz
        py = W[1, 0] * rx + W[1, 1] * ry + W[1, 2] * rz
        pz = W[2, 0] * rx + W[2, 1] * ry + W[2, 2] * rz
        d2 = rx * px + ry * py + rz * pz
        weight = (_STUDENT_NU + 3.0) / (_STUDENT_NU + d2)
        _curved(W, px, py, pz, d2, curvature, V)
        for m in range(POINT_DOF_COUNT[k]):
            row, J = POINT_DOFS[k, m], w.jacobian[m]
            w.gradient[row] += weight * (J[0] * px + J[1] * py + J[2] * pz)
            a = weight * (V[0, 0] * J[0] + V[0, 1] * J[1] + V[0, 2] * J[2])
            b = weight * (V[1, 0] * J[0] + V[1, 1] * J[1] + V[1, 2] * J[2])
            c = weight * (V[2, 0] * J[0] + V[2, 1] * J[1] + V[2, 2] * J[2])
            for n in range(m + 1):
                other = w.jacobian[n]
                w.H[row, POINT_DOFS[k, n]] += a * other[0] + b * other[1] + c * other[2]
    for i in range(N_DOF):
        for j in range(i):
            w.H[j, i] = w.H[i, j]


@kernel
def solve_pose(q, points, information, geometry, coupling, mean, precision, tolerance, max_steps, w, covariance):
    """Maximum a posteriori pose by robust Levenberg-Marquardt, and its Laplace covariance.

    Parameters
    ----------
    q : (27,) start, replaced by the solution; metres, radians
    points : (P, 3) metres, NaN where unseen
    information : (P, 3, 3) inverse covariance of each point
    geometry, coupling : the subject's body
    mean, precision : (27,) Gaussian prior of each degree of freedom (precision 0: none)
    tolerance : stop when no degree of freedom moves more than this (m, rad)
    max_steps : at most this many accepted steps
    w : IkWorkspace
    covariance : (27, 27) out

    Returns
    -------
    steps : accepted steps, or -1 where the pose is not determined (covariance is then NaN)
    """
    damping = _FIRST_DAMPING
    cost = _cost(q, points, information, geometry, coupling, mean, precision, w)
    steps, largest = 0, math.inf
    while steps < max_steps and damping < _MAX_DAMPING:
        curvature = 1.0 if largest < _NEAR and damping <= _FIRST_DAMPING else 0.0
        _linearise(q, points, information, geometry, coupling, mean, precision, curvature, w)
        while damping < _MAX_DAMPING:
            w.damped[:, :] = w.H
            for j in range(N_DOF):
                w.damped[j, j] += damping * w.H[j, j] + 1e-12
            largest = math.inf
            if cholesky(w.damped, w.L):
                solve_cholesky(w.L, w.gradient, w.step)
                largest = np.abs(w.step).max()
                w.trial[:] = q + w.step
                trial_cost = _cost(w.trial, points, information, geometry, coupling, mean, precision, w)
                if trial_cost <= cost:
                    q[:] = w.trial
                    cost = trial_cost
                    damping *= 0.1
                    break
            if largest < tolerance:
                break
            damping *= 10.0
        steps += 1
        if largest < tolerance:
            break
    _linearise(q, points, information, geometry, coupling, mean, precision, 0.0, w)
    if not cholesky(w.H, w.L):
        covariance[:, :] = math.nan
        return -1
    inverse_from_cholesky(w.L, covariance)
    return steps


@inner_kernel
def _solve_half(
    first, stop, step, starts, points, point_covariance, geometry, coupling, mean, precision, tolerance, max_steps, q,
    covariance,
):  # fmt: skip
    """Solve frames `first`, `first + step` ... before `stop`, each started from the last one that could be solved."""
    w, information = ik_workspace(), np.empty((N_POINTS, 3, 3))
    last = -1
    for t in range(first, stop, step):
        q[t] = starts[t]
        covariance[t] = math.nan
        if math.isnan(starts[t, 0]):
            continue
        if last >= 0:
            q[t] = q[last]
        inverse_covariances(point_covariance[t], information)
        steps = solve_pose(
            q[t], points[t], information, geometry, coupling, mean, precision, tolerance, max_steps, w, covariance[t]
        )
        if steps < 0:
            q[t] = math.nan
        else:
            last = t


@parallel_kernel
def solve_poses(
    starts, points, point_covariance, geometry, coupling, mean, precision, tolerance, max_steps, q, covariance
):
    """As `solve_pose` for all frames of a trial, from both ends, where people stand, towards the middle.

    Parameters
    ----------
    starts : (F, 27) where to begin if no neighbour has been solved; NaN marks frames to leave out
    points, point_covariance : (F, P, 3), (F, P, 3, 3)
    q (F, 27), covariance (F, 27, 27) : out, NaN where a pose is not determined
    """
    frames = len(q)
    for half in prange(2):
        first, stop, step = (0, frames // 2, 1) if half == 0 else (frames - 1, frames // 2 - 1, -1)
        _solve_half(
            first, stop, step, starts, points, point_covariance, geometry, coupling, mean, precision, tolerance,
            max_steps, q, covariance,
        )  # fmt: skip
