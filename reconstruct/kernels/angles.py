"""Reported joint angles of a pose, and how they move with it.  Radians; order of `angle_names.ANGLE_NAMES`."""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.skeleton import (
    FEMUR_L,
    FEMUR_R,
    LEG_L,
    LEG_R,
    N_DOF,
    N_GEOMETRY,
    N_PIVOTS,
    PELVIS_ROTATION,
    TRUNK,
)

N_LEG_ANGLES = 11
N_ANGLES = 2 * N_LEG_ANGLES + 5
TRUNK_LEAN = N_ANGLES - 1
# Central differences of smooth functions in double precision: truncation and rounding both about 1e-10.
_STEP = 1e-5


@inner_kernel
def _arcsine(x):
    """asin of a value that rounding may have pushed past 1; NaN stays NaN."""
    if x > 1.0:
        return 0.5 * math.pi
    if x < -1.0:
        return -0.5 * math.pi
    return math.asin(x)


@kernel
def zxy(R, flexion_sign, out):
    """Rotation R = Rz(flexion_sign * a) Rx(b) Ry(c) -> out = (a, b, c)."""
    out[0] = flexion_sign * math.atan2(-R[0, 1], R[1, 1])
    out[1] = _arcsine(R[2, 1])
    out[2] = math.atan2(-R[2, 0], R[2, 2])


@kernel
def _relative(proximal, distal, mirror, out):
    """out = proximal^T distal, mirrored in the sagittal plane (M R M, M = diag(1, 1, -1)) for a left leg."""
    for i in range(3):
        for j in range(3):
            s = proximal[0, i] * distal[0, j] + proximal[1, i] * distal[1, j] + proximal[2, i] * distal[2, j]
            out[i, j] = -s if mirror and (i == 2) != (j == 2) else s


@kernel
def _leg_angles(R, femur, mirror, forward, relative, out):
    _relative(R[0], R[femur], mirror, relative)
    zxy(relative, 1.0, out[0:3])
    _relative(R[femur], R[femur + 1], mirror, relative)
    zxy(relative, -1.0, out[3:6])
    _relative(R[femur + 1], R[femur + 2], mirror, relative)
    zxy(relative, 1.0, out[6:9])
    # Shank against the plane in which the thigh would flex without hip rotation.
    side = -1.0 if mirror else 1.0
    y, shank = R[femur, :, 1], R[femur + 1, :, 1]
    along = R[0, 0, 2] * y[0] + R[0, 1, 2] * y[1] + R[0, 2, 2] * y[2]
    dot = norm = 0.0
    for i in range(3):
        z0 = side * (R[0, i, 2] - along * y[i])
        norm += z0 * z0
        dot -= shank[i] * z0
    out[9] = _arcsine(dot / math.sqrt(norm))
    out[10] = math.atan2(-(y[0] * forward[0] + y[1] * forward[1]), y[2])


@kernel
def joint_angles(q, coupling, out):
    """All angles (27,) of pose q (27,); lengths do not matter."""
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    relative, forward = np.empty((3, 3)), np.empty(2)
    segment_frames(q, np.zeros(N_GEOMETRY), coupling, R, origins, axes, pivots)
    # Heading of the pelvis: up x z_pelvis, horizontal.
    length = math.hypot(R[0, 0, 2], R[0, 1, 2])
    forward[0], forward[1] = -R[0, 1, 2] / length, R[0, 0, 2] / length
    _leg_angles(R, FEMUR_R, False, forward, relative, out[0:N_LEG_ANGLES])
    _leg_angles(R, FEMUR_L, True, forward, relative, out[N_LEG_ANGLES : 2 * N_LEG_ANGLES])
    pelvis = out[2 * N_LEG_ANGLES :]
    for j in range(3):  # world (x, y, z) is ground (z, x, y)
        relative[0, j], relative[1, j], relative[2, j] = R[0, 1, j], R[0, 2, j], R[0, 0, j]
    tilt_list_rotation = np.empty(3)
    zxy(relative, 1.0, tilt_list_rotation)
    pelvis[0], pelvis[1] = tilt_list_rotation[0], -tilt_list_rotation[0]
    pelvis[2], pelvis[3] = tilt_list_rotation[1], tilt_list_rotation[2]
    right = R[1, 0, 1] * forward[1] - R[1, 1, 1] * forward[0]
    pelvis[4] = math.atan2(right, R[1, 2, 1])


@inner_kernel
def _slope(low, high):
    """Derivative of an angle from its values at -+ _STEP, the difference taken round the circle."""
    turn = high - low
    turn -= 2.0 * math.pi * round(turn / (2.0 * math.pi))
    return turn / (2.0 * _STEP)


@inner_kernel
def _shift_chains(q, j, step, shifted):
    """Shift degree of freedom j of both legs and, where it has so many, of the trunk."""
    shifted[LEG_R + j], shifted[LEG_L + j] = q[LEG_R + j] + step, q[LEG_L + j] + step
    if TRUNK + j < LEG_R:
        shifted[TRUNK + j] = q[TRUNK + j] + step


@kernel
def angle_jacobian(q, coupling, jacobian):
    """d angles / d q, (27, 27), by central differences.

    Legs and trunk hang from the pelvis and do not see each other: they are shifted at the same time.
    """
    shifted, low, high = q.copy(), np.empty(N_ANGLES), np.empty(N_ANGLES)
    jacobian[:] = 0.0
    for j in range(PELVIS_ROTATION, TRUNK):
        shifted[j] = q[j] + _STEP
        joint_angles(shifted, coupling, high)
        shifted[j] = q[j] - _STEP
        joint_angles(shifted, coupling, low)
        shifted[j] = q[j]
        for a in range(N_ANGLES):
            jacobian[a, j] = _slope(low[a], high[a])
    for j in range(LEG_L - LEG_R):
        _shift_chains(q, j, _STEP, shifted)
        joint_angles(shifted, coupling, high)
        _shift_chains(q, j, -_STEP, shifted)
        joint_angles(shifted, coupling, low)
        _shift_chains(q, j, 0.0, shifted)
        for a in range(N_LEG_ANGLES):
            left = N_LEG_ANGLES + a
            jacobian[a, LEG_R + j] = _slope(low[a], high[a])
            jacobian[left, LEG_L + j] = _slope(low[left], high[left])
        if TRUNK + j < LEG_R:
            jacobian[TRUNK_LEAN, TRUNK + j] = _slope(low[TRUNK_LEAN], high[TRUNK_LEAN])


@kernel
def angles_of_poses(q, covariance, prior_variance, coupling, values, variance, prior):
    """Angles (F, A), their variances and the variances of the prior alone, for poses (F, 27)."""
    jacobian = np.empty((N_ANGLES, N_DOF))
    for t in range(len(q)):
        joint_angles(q[t], coupling, values[t])
        angle_jacobian(q[t], coupling, jacobian)
        for a in range(N_ANGLES):
            variance[t, a] = prior[t, a] = 0.0
            for i in range(N_DOF):
                if jacobian[a, i] != 0.0:
                    prior[t, a] += jacobian[a, i] * prior_variance[i] * jacobian[a, i]
                    for j in range(N_DOF):
                        variance[t, a] += jacobian[a, i] * covariance[t, i, j] * jacobian[a, j]


@kernel
def angle_covariances(q, covariance, coupling, columns, found):
    """Covariances (F, n, n) of the angles at `columns` (n,), for poses (F, 27)."""
    jacobian = np.empty((N_ANGLES, N_DOF))
    for t in range(len(q)):
        angle_jacobian(q[t], coupling, jacobian)
        for a in range(len(columns)):
            spread = np.dot(covariance[t], jacobian[columns[a]])
            for b in range(len(columns)):
                found[t, a, b] = np.dot(spread, jacobian[columns[b]])


@kernel
def angle_rates(q, velocity, coupling, found):
    """Rates of change (F, A) of all angles for poses and velocities (F, 27)."""
    jacobian = np.empty((N_ANGLES, N_DOF))
    for t in range(len(q)):
        angle_jacobian(q[t], coupling, jacobian)
        found[t] = np.dot(jacobian, velocity[t])
