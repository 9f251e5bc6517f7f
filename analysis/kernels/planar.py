"""Planar metrics of a pose, in the frontal plane of the pelvis' heading: what a camera right in front would see.

Medial is positive for both legs.  Lengths in metres, angles in radians.
"""

import math

import numpy as np

from geometry._jit import kernel
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.skeleton import FEMUR_L, FEMUR_R, N_DOF, N_PIVOTS

N_LEG, N_SHARED = 5, 3
N_METRICS = 2 * N_LEG + N_SHARED
_STEEPEST_THIGH = math.radians(70.0)
"""Beyond this thigh flexion the frontal projection of the thigh is too short for an angle."""
# Central differences of smooth functions in double precision: truncation and rounding both about 1e-10.
_STEP = 1e-5


@kernel
def _leg(R, origins, femur, ankle, side, right, forward, shank, out):
    hip, knee = origins[femur], origins[femur + 1]
    foot, end = R[femur + 2], origins[ankle]
    thigh_in = shank_in = 0.0
    for i in range(2):
        thigh_in -= side * right[i] * (knee[i] - hip[i])
        shank_in -= side * right[i] * (end[i] - knee[i])
    thigh_down, shank_down = hip[2] - knee[2], knee[2] - end[2]
    ahead = forward[0] * (knee[0] - hip[0]) + forward[1] * (knee[1] - hip[1])
    seen = abs(math.atan2(ahead, thigh_down)) <= _STEEPEST_THIGH
    out[0] = math.atan2(thigh_in, thigh_down) - math.atan2(shank_in, shank_down) if seen else math.nan
    down = thigh_down + shank_down
    out[1] = thigh_in - (thigh_in + shank_in) * thigh_down / down if down > 0.0 else math.nan
    out[2] = math.atan2(
        -side * (foot[0, 0] * right[0] + foot[1, 0] * right[1]), foot[0, 0] * forward[0] + foot[1, 0] * forward[1]
    )
    out[3] = side * shank * foot[2, 2]
    over = 0.0
    for i in range(3):
        over -= side * shank * foot[i, 2] * R[femur + 1, i, 1]
    out[4] = over


@kernel
def planar_metrics(q, geometry, coupling, out):
    """Metrics (13,) of a pose (27,) with geometry (G,), in this order.

    Right, then left leg: frontal plane projection angle (valgus +); displacement of the knee from the line between hip
    and ankle, at the knee's height; foot progression (toes in +); bottom-up, what the roll of the foot against the
    floor carries the knee, and the knee over the foot.  Then knee over ankle separation, knee over hip separation, and
    the distance of the ankles.
    """
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    right, forward = np.empty(2), np.empty(2)
    segment_frames(q, geometry, coupling, R, origins, axes, pivots)
    length = math.hypot(R[0, 0, 2], R[0, 1, 2])
    right[0], right[1] = R[0, 0, 2] / length, R[0, 1, 2] / length
    forward[0], forward[1] = -right[1], right[0]
    shank_r = math.sqrt(((origins[8] - origins[FEMUR_R + 1]) ** 2).sum())
    shank_l = math.sqrt(((origins[9] - origins[FEMUR_L + 1]) ** 2).sum())
    _leg(R, origins, FEMUR_R, 8, 1.0, right, forward, shank_r, out[0:N_LEG])
    _leg(R, origins, FEMUR_L, 9, -1.0, right, forward, shank_l, out[N_LEG : 2 * N_LEG])
    knees = ankles = hips = distance = 0.0
    for i in range(3):
        distance += (origins[8, i] - origins[9, i]) ** 2
        if i < 2:
            hips += right[i] * (origins[FEMUR_R, i] - origins[FEMUR_L, i])
            knees += right[i] * (origins[FEMUR_R + 1, i] - origins[FEMUR_L + 1, i])
            ankles += right[i] * (origins[8, i] - origins[9, i])
    out[2 * N_LEG] = knees / ankles if ankles > 0.0 else math.nan
    out[2 * N_LEG + 1] = knees / hips
    out[2 * N_LEG + 2] = math.sqrt(distance)


@kernel
def planar_of_poses(q, covariance, geometry, coupling, values, variance):
    """Metrics (F, 13) of poses (F, 27) and their variances (F, 13) from the poses' covariances (F, 27, 27)."""
    jacobian = np.empty((N_METRICS, N_DOF))
    high, low, shifted = np.empty(N_METRICS), np.empty(N_METRICS), np.empty(N_DOF)
    for t in range(len(q)):
        planar_metrics(q[t], geometry, coupling, values[t])
        shifted[:] = q[t]
        for j in range(N_DOF):
            shifted[j] = q[t, j] + _STEP
            planar_metrics(shifted, geometry, coupling, high)
            shifted[j] = q[t, j] - _STEP
            planar_metrics(shifted, geometry, coupling, low)
            shifted[j] = q[t, j]
            jacobian[:, j] = (high - low) / (2.0 * _STEP)
        for m in range(N_METRICS):
            variance[t, m] = 0.0
            for i in range(N_DOF):
                for j in range(N_DOF):
                    variance[t, m] += jacobian[m, i] * covariance[t, i, j] * jacobian[m, j]
