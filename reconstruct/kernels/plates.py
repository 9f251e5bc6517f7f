"""Reprojection errors of rigid tag plates strapped to segments, linearised, with the skin's motion integrated out.

A corner c of a plate on segment s is seen at

    z = project(o_s + R_s (m + a_t + exp(a_r e_y) exp(theta) R0 c)),   a = gain * knee flexion + noise

m and theta are the plate's mounting, `gain` says how the skin slides as the knee bends (globals); a = (a_t, a_r) is the
soft-tissue artefact of one frame: a translation in the segment and a turn about its long axis.  All of it moves the
plate as one rigid body, so a frame's corners are first summed into a 6x6 information on the plate's motion (translation
of its centre and rotation, world axes), from which the artefact's noise is then eliminated.
"""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel, parallel_kernel, prange
from geometry.camera_model import project_point_jacobian
from reconstruct.kernels.frame_parts import PARTS
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.linear import cholesky, solve_cholesky
from reconstruct.kernels.rotations import rotation_of
from reconstruct.kernels.skeleton import FEMUR_L, FEMUR_R, KNEE, LEG_L, LEG_R, N_DOF, N_PIVOTS

ARTEFACT, MOUNT_ENTRIES = 4, 10


@kernel
def knee_flexion(segment, q):
    """Flexion of the knee that moves a segment's skin: its own leg's, or the mean of both."""
    if segment >= FEMUR_L:
        return q[LEG_L + KNEE]
    return q[LEG_R + KNEE] if segment >= FEMUR_R else 0.5 * (q[LEG_R + KNEE] + q[LEG_L + KNEE])


@inner_kernel
def plate_pose(segment, mount, R0, flexion, R, origins, centre, plate, turned):
    """World centre and axes of a plate; `turned` is the systematic turn by the gain."""
    axial = np.zeros(3)
    axial[1] = mount[9] * flexion
    rotation_of(axial, turned)
    own = np.empty((3, 3))
    rotation_of(mount[3:6], own)
    local = np.dot(turned, np.dot(own, R0))
    for i in range(3):
        centre[i] = origins[segment, i]
        for j in range(3):
            centre[i] += R[segment, i, j] * (mount[j] + mount[6 + j] * flexion)
            plate[i, j] = (
                R[segment, i, 0] * local[0, j] + R[segment, i, 1] * local[1, j] + R[segment, i, 2] * local[2, j]
            )


@inner_kernel
def sum_corners(cameras, c, corners, half, centre, plate, weight, M, f, J_camera):
    """Add one view's corners to information M (6, 6) and pull f (6,); returns their squared error times weight."""
    error = 0.0
    for k in range(4):
        if math.isnan(corners[k, 0]):
            continue
        # OpenCV's order: top-left, top-right, bottom-right, bottom-left; x right and y up on the plate.
        x = half if k == 1 or k == 2 else -half
        y = half if k < 2 else -half
        dx = x * plate[0, 0] + y * plate[0, 1]
        dy = x * plate[1, 0] + y * plate[1, 1]
        dz = x * plate[2, 0] + y * plate[2, 1]
        u, v = project_point_jacobian(cameras, c, centre[0] + dx, centre[1] + dy, centre[2] + dz, J_camera)
        if math.isnan(u):
            continue
        for axis in range(2):
            r = (corners[k, 0] - u) if axis == 0 else (corners[k, 1] - v)
            jx, jy, jz = J_camera[axis, 0], J_camera[axis, 1], J_camera[axis, 2]
            row = (jx, jy, jz, jz * dy - jy * dz, jx * dz - jz * dx, jy * dx - jx * dy)
            error += weight * r * r
            for i in range(6):
                f[i] += weight * row[i] * r
                for j in range(6):
                    M[i, j] += weight * row[i] * row[j]
    return error


@inner_kernel
def integrate_artefact(segment, R, artefact_precision, M, f, T, L, u, x):
    """Eliminate the artefact from information M and pull f, in place; returns what that takes off the cost."""
    for i in range(3):
        for j in range(3):
            T[i, j], T[3 + i, j] = R[segment, i, j], 0.0
        T[i, 3], T[3 + i, 3] = 0.0, R[segment, i, 1]
    MT = np.dot(M, T)
    S = np.dot(T.T, MT)
    for i in range(ARTEFACT):
        S[i, i] += artefact_precision[i]
        u[i] = 0.0
        for j in range(6):
            u[i] += T[j, i] * f[j]
    if not cholesky(S, L):
        return 0.0
    solve_cholesky(L, u, x)
    gain = 0.0
    for i in range(ARTEFACT):
        gain += 0.5 * u[i] * x[i]
    f -= np.dot(MT, x)
    column = np.empty(ARTEFACT)
    for j in range(6):
        solve_cholesky(L, MT[j], column)
        for i in range(6):
            for k in range(ARTEFACT):
                M[i, j] -= MT[i, k] * column[k]
    return gain


@inner_kernel
def same_moment(offset_s, first):
    """One past the last camera that exposes together with camera `first`."""
    last = first + 1
    while last < len(offset_s) and offset_s[last] == offset_s[first]:
        last += 1
    return last


@inner_kernel
def moments_seen(corners, offset_s):
    """At how many moments of a frame the plate with corners (C, 4, 2) is seen."""
    count = first = 0
    while first < len(corners):
        last = same_moment(offset_s, first)
        for c in range(first, last):
            if not math.isnan(corners[c, 0, 0]):
                count += 1
                break
        first = last
    return count


@inner_kernel
def _sum_frames(
    start, stop, x, offset_s, geometry, coupling, mounts, R0, cameras, segment, half_m, corners, weight,
    artefact_precision, M, f,
):  # fmt: skip
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    centre, plate, turned = np.empty(3), np.empty((3, 3)), np.empty((3, 3))
    T, L, u, a = np.empty((6, ARTEFACT)), np.empty((ARTEFACT, ARTEFACT)), np.empty(ARTEFACT), np.empty(ARTEFACT)
    J_camera, precision = np.empty((2, 3)), np.empty(ARTEFACT)
    cost = 0.0
    for t in range(start, stop):
        for i in range(len(segment)):
            moments = moments_seen(corners[:, t, i], offset_s[:, t])
            if moments == 0:
                continue
            # Each moment sees the same artefact; eliminated once per moment it may only count once in all.
            precision[:] = artefact_precision[i] / moments
            first = 0
            while first < len(corners):
                last = same_moment(offset_s[:, t], first)
                q = x[t, :N_DOF] + offset_s[first, t] * x[t, N_DOF:]
                segment_frames(q, geometry, coupling, R, origins, axes, pivots)
                flexion = knee_flexion(segment[i], q)
                plate_pose(segment[i], mounts[i], R0[i], flexion, R, origins, centre, plate, turned)
                error = 0.0
                for c in range(first, last):
                    error += sum_corners(
                        cameras, c, corners[c, t, i], half_m[i], centre, plate, weight, M[first, t, i], f[first, t, i],
                        J_camera,
                    )  # fmt: skip
                if error > 0.0:
                    cost += 0.5 * error
                    cost -= integrate_artefact(segment[i], R, precision, M[first, t, i], f[first, t, i], T, L, u, a)
                first = last
    return cost


@parallel_kernel
def sum_plates(
    x, offset_s, geometry, coupling, mounts, R0, cameras, segment, half_m, corners, weight, artefact_precision, M, f
):
    """Sum what all cameras see of every plate in every frame, the artefact integrated out.

    Parameters
    ----------
    x : (F, 54) poses and velocities; offset_s (C, F); geometry, coupling : body
    mounts : (T, 10) position (m) and rotation vector (rad) of each plate in its segment, then how these change per
        radian of knee flexion: translation (m) and axial turn (rad); R0 (T, 3, 3) orientation at rotation vector 0
    segment : (T,) row of SEGMENTS; half_m : (T,) half the edge of the printed square
    corners : (C, F, T, 4, 2) px, NaN where unseen; weight : 1 / px^2 of one corner
    artefact_precision : (T, 4) inverse variances of the artefact, m and rad
    M (C, F, T, 6, 6), f (C, F, T, 6) : out, information and pull on the plate's motion as each camera sees it; cameras
        exposed together are summed into the first of them

    Returns
    -------
    cost : negative log likelihood, without constants
    """
    cost_of, frames = np.zeros(PARTS), len(x)
    M[:] = 0.0
    f[:] = 0.0
    for part in prange(PARTS):
        cost_of[part] = _sum_frames(
            part * frames // PARTS, (part + 1) * frames // PARTS, x, offset_s, geometry, coupling, mounts, R0, cameras,
            segment, half_m, corners, weight, artefact_precision, M, f,
        )  # fmt: skip
    return cost_of.sum()
