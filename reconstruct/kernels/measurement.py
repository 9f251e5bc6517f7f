"""Reprojection errors of the jointed body, linearised: one camera sees one body point plus its own constant bias.

    z = project(point(q + dt v, geometry)) + bias + noise

Unknowns of a frame are x = (q, v), (54,); unknowns of the whole trial are the globals: geometry, the means of the
joint priors, and two bias entries per camera and body point, in this order.
"""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel, parallel_kernel, prange
from geometry.camera_model import project_point, project_point_jacobian
from reconstruct.kernels.frame_parts import PARTS
from reconstruct.kernels.kinematics import (
    MAX_POINT_DOFS,
    MAX_POINT_GEOMETRY,
    body_point,
    point_geometry_jacobian,
    point_jacobian,
    segment_frames,
)
from reconstruct.kernels.skeleton import N_DOF, N_PIVOTS, N_POINTS, POINT_DOF_COUNT, POINT_DOFS


@inner_kernel
def robust_weight(d2, nu):
    """Student-t weight of a two-dimensional residual with squared Mahalanobis length d2."""
    return (nu + 2.0) / (nu + d2)


@inner_kernel
def _times(info, J):
    """info J for the symmetric info (3, 3) and J (3,)."""
    return (
        info[0, 0] * J[0] + info[0, 1] * J[1] + info[0, 2] * J[2],
        info[1, 0] * J[0] + info[1, 1] * J[1] + info[1, 2] * J[2],
        info[2, 0] * J[0] + info[2, 1] * J[1] + info[2, 2] * J[2],
    )


@inner_kernel
def _add_point(k, dt, info, pull, Jq, Jg, columns, n_geometry, A, B, gx, C, g):
    """Normal equations of one body point whose cameras have been summed to (info, pull) in the world."""
    n_dof = POINT_DOF_COUNT[k]
    for m in range(n_dof):
        row = POINT_DOFS[k, m]
        a, b, c = _times(info, Jq[m])
        force = Jq[m, 0] * pull[0] + Jq[m, 1] * pull[1] + Jq[m, 2] * pull[2]
        gx[row] += force
        for n in range(m, n_dof):
            A[row, POINT_DOFS[k, n]] += a * Jq[n, 0] + b * Jq[n, 1] + c * Jq[n, 2]
        for n in range(n_geometry):
            B[row, columns[n]] += a * Jg[n, 0] + b * Jg[n, 1] + c * Jg[n, 2]
        if dt == 0.0:
            continue
        gx[N_DOF + row] += dt * force
        for n in range(n_dof):
            other = POINT_DOFS[k, n]
            h = dt * (a * Jq[n, 0] + b * Jq[n, 1] + c * Jq[n, 2])
            A[row, N_DOF + other] += h
            if n >= m:
                A[N_DOF + row, N_DOF + other] += dt * h
        for n in range(n_geometry):
            B[N_DOF + row, columns[n]] += dt * (a * Jg[n, 0] + b * Jg[n, 1] + c * Jg[n, 2])
    for m in range(n_geometry):
        a, b, c = _times(info, Jg[m])
        g[columns[m]] += Jg[m, 0] * pull[0] + Jg[m, 1] * pull[1] + Jg[m, 2] * pull[2]
        for n in range(m, n_geometry):
            C[columns[m], columns[n]] += a * Jg[n, 0] + b * Jg[n, 1] + c * Jg[n, 2]


@inner_kernel
def _add_bias(k, bias, dt, weight, J_camera, rx, ry, Jq, Jg, columns, n_geometry, B, C, g):
    """Normal equations of one view's bias entries (bias, bias + 1)."""
    ux, uy, uz = weight * J_camera[0, 0], weight * J_camera[0, 1], weight * J_camera[0, 2]
    vx, vy, vz = weight * J_camera[1, 0], weight * J_camera[1, 1], weight * J_camera[1, 2]
    for m in range(POINT_DOF_COUNT[k]):
        row = POINT_DOFS[k, m]
        u = Jq[m, 0] * ux + Jq[m, 1] * uy + Jq[m, 2] * uz
        v = Jq[m, 0] * vx + Jq[m, 1] * vy + Jq[m, 2] * vz
        B[row, bias] += u
        B[row, bias + 1] += v
        if dt != 0.0:
            B[N_DOF + row, bias] += dt * u
            B[N_DOF + row, bias + 1] += dt * v
    for m in range(n_geometry):
        C[columns[m], bias] += Jg[m, 0] * ux + Jg[m, 1] * uy + Jg[m, 2] * uz
        C[columns[m], bias + 1] += Jg[m, 0] * vx + Jg[m, 1] * vy + Jg[m, 2] * vz
    C[bias, bias] += weight
    C[bias + 1, bias + 1] += weight
    g[bias] += weight * rx
    g[bias + 1] += weight * ry


@inner_kernel
def _add_frame(x, dt, geometry, coupling, bias, first_bias, cameras, uv, variance, inflation, nu, A, B, gx, C, g):
    """Add one frame's reprojection errors to the normal equations, upper triangles only; arrays as in `add_trial`."""
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    q, point = np.empty(N_DOF), np.empty(3)
    Jq, Jg = np.empty((MAX_POINT_DOFS, 3)), np.empty((MAX_POINT_GEOMETRY, 3))
    columns, J_camera = np.empty(MAX_POINT_GEOMETRY, np.int64), np.empty((2, 3))
    info, pull = np.empty((3, 3)), np.empty(3)
    n_cameras = len(uv)
    first = 0
    while first < n_cameras:  # cameras exposed at the same moment share one pose
        last = first + 1
        while last < n_cameras and dt[last] == dt[first]:
            last += 1
        for j in range(N_DOF):
            q[j] = x[j] + dt[first] * x[N_DOF + j]
        segment_frames(q, geometry, coupling, R, origins, axes, pivots)
        for k in range(N_POINTS):
            body_point(k, geometry, R, origins, point)
            point_jacobian(k, point, axes, pivots, Jq)
            n_geometry = point_geometry_jacobian(k, R, Jg, columns)
            info[:, :] = 0.0
            pull[:] = 0.0
            seen = False
            for c in range(first, last):
                if math.isnan(uv[c, k, 0]):
                    continue
                u, v = project_point_jacobian(cameras, c, point[0], point[1], point[2], J_camera)
                if math.isnan(u):
                    continue
                seen = True
                rx, ry = uv[c, k, 0] - u - bias[c, k, 0], uv[c, k, 1] - v - bias[c, k, 1]
                d2 = (rx * rx + ry * ry) / variance[c, k]
                weight = robust_weight(d2, nu) / (variance[c, k] * inflation)
                for i in range(3):
                    pull[i] += weight * (J_camera[0, i] * rx + J_camera[1, i] * ry)
                    for j in range(3):
                        info[i, j] += weight * (J_camera[0, i] * J_camera[0, j] + J_camera[1, i] * J_camera[1, j])
                column = first_bias + 2 * (c * N_POINTS + k)
                _add_bias(k, column, dt[c], weight, J_camera, rx, ry, Jq, Jg, columns, n_geometry, B, C, g)
            if seen:
                _add_point(k, dt[first], info, pull, Jq, Jg, columns, n_geometry, A, B, gx, C, g)
        first = last


@parallel_kernel
def add_trial(x, dt, geometry, coupling, bias, cameras, uv, variance, inflation, nu, A, B, gx, C, g, first_bias):
    """Add a trial's reprojection errors to the normal equations.

    Parameters
    ----------
    x : (F, 54) poses and velocities
    dt : (C, F) seconds from the frames' times to each camera's exposure
    geometry, coupling : body; bias (C, P, 2) px
    cameras : CameraArrays
    uv : (C, F, P, 2) px, NaN where unseen
    variance : (C, F, P) px^2 of one axis in one frame, without the bias
    inflation : factor on the variance that accounts for noise which frames share
    nu : degrees of freedom of the Student-t
    A (F, 54, 54), upper triangles only, B (F, 54, G), gx (F, 54), C (G, G), g (G,) : added to
    first_bias : index of the first bias entry among the globals
    """
    frames, size = len(x), len(g)
    C_of, g_of = np.zeros((PARTS, size, size)), np.zeros((PARTS, size))
    for part in prange(PARTS):
        for t in range(part * frames // PARTS, (part + 1) * frames // PARTS):
            _add_frame(
                x[t], dt[:, t], geometry, coupling, bias, first_bias, cameras,
                uv[:, t], variance[:, t], inflation, nu, A[t], B[t], gx[t], C_of[part], g_of[part],
            )  # fmt: skip
    for part in range(PARTS):
        g += g_of[part]
        for m in range(size):
            C[m, m] += C_of[part, m, m]
            for n in range(m + 1, size):
                C[m, n] += C_of[part, m, n]
                C[n, m] += C_of[part, m, n]


@inner_kernel
def _cost_of_frames(start, stop, x, dt, geometry, coupling, bias, cameras, uv, variance, inflation, nu):
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    point = np.empty(3)
    cost = 0.0
    for t in range(start, stop):
        for c in range(len(uv)):
            if c == 0 or dt[c, t] != dt[c - 1, t]:
                q = x[t, :N_DOF] + dt[c, t] * x[t, N_DOF:]
                segment_frames(q, geometry, coupling, R, origins, axes, pivots)
            for k in range(N_POINTS):
                if math.isnan(uv[c, t, k, 0]):
                    continue
                body_point(k, geometry, R, origins, point)
                u, v = project_point(cameras, c, point[0], point[1], point[2])
                if math.isnan(u):
                    continue
                rx, ry = uv[c, t, k, 0] - u - bias[c, k, 0], uv[c, t, k, 1] - v - bias[c, k, 1]
                cost += 0.5 * (nu + 2.0) * math.log1p((rx * rx + ry * ry) / variance[c, t, k] / nu) / inflation
    return cost


@parallel_kernel
def trial_cost(x, dt, geometry, coupling, bias, cameras, uv, variance, inflation, nu):
    """Negative log likelihood of a whole trial, without derivatives; arguments as in `add_trial`."""
    cost_of, frames = np.zeros(PARTS), len(x)
    for part in prange(PARTS):
        cost_of[part] = _cost_of_frames(
            part * frames // PARTS, (part + 1) * frames // PARTS,
            x, dt, geometry, coupling, bias, cameras, uv, variance, inflation, nu,
        )  # fmt: skip
    return cost_of.sum()


@kernel
def trial_residuals(x, dt, geometry, coupling, bias, cameras, uv, residual):
    """Fills `residual` (C, F, P, 2) px, bias removed; NaN where a point was not seen."""
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    point, J_camera = np.empty(3), np.empty((2, 3))
    for t in range(len(x)):
        for c in range(len(uv)):
            if c == 0 or dt[c, t] != dt[c - 1, t]:
                q = x[t, :N_DOF] + dt[c, t] * x[t, N_DOF:]
                segment_frames(q, geometry, coupling, R, origins, axes, pivots)
            for k in range(N_POINTS):
                body_point(k, geometry, R, origins, point)
                u, v = project_point_jacobian(cameras, c, point[0], point[1], point[2], J_camera)
                residual[c, t, k, 0] = uv[c, t, k, 0] - u - bias[c, k, 0]
                residual[c, t, k, 1] = uv[c, t, k, 1] - v - bias[c, k, 1]
