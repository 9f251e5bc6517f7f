"""Shares of single joint angles in the knee's medial displacement: exact Shapley values, and their first order.

Top-down: the hip is held and the leg hangs from it.  Everything is computed for a right leg; a left one is mirrored by
its caller (list and rotation of the pelvis change their signs).  Players, in this order: hip adduction, hip rotation,
knee adduction, knee rotation, pelvis list, pelvis rotation.  Radians and metres.
"""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.kinematics import knee_coupling

N_PLAYERS = 6
_COALITIONS = 2**N_PLAYERS
HIP_ADDUCTION, HIP_ROTATION, KNEE_ADDUCTION = 0, 1, 2
_WEIGHTS = np.array([math.factorial(s) * math.factorial(5 - s) / math.factorial(6) for s in range(N_PLAYERS)])
"""Of a coalition of s others, in the Shapley value of a player."""


@inner_kernel
def _leg_in_pelvis(hip_flexion, knee_flexion, players, thigh, shank):
    """Long axes of femur and tibia, (3,) each, in the pelvis."""
    sf, cf = math.sin(hip_flexion), math.cos(hip_flexion)
    sa, ca = math.sin(players[0]), math.cos(players[0])
    sr, cr = math.sin(players[1]), math.cos(players[1])
    sk, ck = math.sin(players[2]), math.cos(players[2])
    x, y, z = math.sin(knee_flexion) * ck, math.cos(knee_flexion) * ck, sk
    thigh[0], thigh[1], thigh[2] = -sf * ca, cf * ca, sa
    # Femur axes are Rz(flexion) Rx(adduction) Ry(rotation); applied from the inside out.
    x, z = cr * x + sr * z, -sr * x + cr * z
    y, z = ca * y - sa * z, sa * y + ca * z
    shank[0], shank[1], shank[2] = cf * x - sf * y, sf * x + cf * y, z


@kernel
def medial_displacement(tilt, hip_flexion, knee_flexion, players, thigh_m, shank_m):
    """How far medial of the line from hip to ankle the knee lies, at its height, in the pelvis' heading; metres.

    Pelvis in a Y-up ground: Rz(tilt) Rx(list) Ry(rotation).  NaN where the ankle is not below the hip.
    """
    thigh, shank = np.empty(3), np.empty(3)
    _leg_in_pelvis(hip_flexion, knee_flexion, players, thigh, shank)
    st, ct = math.sin(tilt), math.cos(tilt)
    sl, cl = math.sin(players[4]), math.cos(players[4])
    sr, cr = math.sin(players[5]), math.cos(players[5])
    # Rows of the pelvis' axes in the ground.
    x0, x1, x2 = ct * cr - st * sl * sr, -st * cl, ct * sr + st * sl * cr
    y0, y1, y2 = st * cr + ct * sl * sr, ct * cl, st * sr - ct * sl * cr
    z0, z1, z2 = -cl * sr, sl, cl * cr
    # The heading's right is the horizontal part of the pelvis' z axis.
    length = math.hypot(x2, z2)
    rx, rz = x2 / length, z2 / length
    knee_in = (
        rx * (x0 * thigh[0] + x1 * thigh[1] + x2 * thigh[2]) + rz * (z0 * thigh[0] + z1 * thigh[1] + z2 * thigh[2])
    ) * thigh_m
    knee_down = (y0 * thigh[0] + y1 * thigh[1] + y2 * thigh[2]) * thigh_m
    ankle_in = knee_in + shank_m * (
        rx * (x0 * shank[0] + x1 * shank[1] + x2 * shank[2]) + rz * (z0 * shank[0] + z1 * shank[1] + z2 * shank[2])
    )
    ankle_down = knee_down + (y0 * shank[0] + y1 * shank[1] + y2 * shank[2]) * shank_m
    return knee_in - ankle_in * knee_down / ankle_down if ankle_down > 0.0 else math.nan


@kernel
def shapley(tilt, hip_flexion, knee_flexion, players, reference, thigh_m, shank_m, parts):
    """Fill parts (6,) with every player's share of the displacement between `reference` (6,) and `players` (6,).

    Returns the displacement itself; the shares add up to it minus the reference's.  NaN where any mixture of the two
    has its ankle not below its hip.
    """
    worth, mixed = np.empty(_COALITIONS), np.empty(N_PLAYERS)
    for coalition in range(_COALITIONS):
        for i in range(N_PLAYERS):
            mixed[i] = players[i] if coalition >> i & 1 else reference[i]
        worth[coalition] = medial_displacement(tilt, hip_flexion, knee_flexion, mixed, thigh_m, shank_m)
    parts[:] = 0.0
    for coalition in range(_COALITIONS):
        size = 0
        for i in range(N_PLAYERS):
            size += coalition >> i & 1
        for i in range(N_PLAYERS):
            if not coalition >> i & 1:
                parts[i] += _WEIGHTS[size] * (worth[coalition | 1 << i] - worth[coalition])
    return worth[_COALITIONS - 1]


@kernel
def first_order(tilt, hip_flexion, knee_flexion, thigh_m, shank_m, slopes):
    """Slopes (6,) of the displacement, metres per radian, for small angles in the frontal plane.

    With the thigh f from the vertical and the knee bent by k: hip adduction L_t (1 - w) - w L_s cos k, hip rotation
    w L_s sin k, knee adduction -w L_s, w = L_t cos f / (L_t cos f + L_s cos(k - f)); pelvis and knee rotation none.
    """
    f = hip_flexion + tilt
    k = knee_flexion
    w = thigh_m * math.cos(f) / (thigh_m * math.cos(f) + shank_m * math.cos(k - f))
    slopes[:] = 0.0
    slopes[HIP_ADDUCTION] = thigh_m * (1.0 - w) - w * shank_m * math.cos(k)
    slopes[HIP_ROTATION] = w * shank_m * math.sin(k)
    slopes[KNEE_ADDUCTION] = -w * shank_m


@kernel
def drivers_of_poses(sagittal, players, covariance, reference, lengths, coupling, parts, linear, part_variance, total):
    """Shapley parts and first-order parts (F, 6), variances (F, 6) of the parts, displacement and its variance (F, 2).

    Parameters
    ----------
    sagittal : (F, 3) pelvis tilt, hip flexion, knee flexion
    players : (F, 6) as in the module's docstring; reference : (6,) the same of the static pose
    covariance : (F, 6, 6) of the players
    lengths : (2,) thigh and shank of the straight leg; coupling : (4,) passive knee, which shortens the shank
    """
    slopes = np.empty(N_PLAYERS)
    for t in range(len(sagittal)):
        tilt, hip, knee = sagittal[t, 0], sagittal[t, 1], sagittal[t, 2]
        _, _, course, _ = knee_coupling(knee, coupling)
        shank = lengths[1] - coupling[2] * course
        total[t, 0] = shapley(tilt, hip, knee, players[t], reference, lengths[0], shank, parts[t])
        first_order(tilt, hip, knee, lengths[0], shank, slopes)
        total[t, 1] = 0.0
        for i in range(N_PLAYERS):
            linear[t, i] = slopes[i] * (players[t, i] - reference[i])
            part_variance[t, i] = slopes[i] ** 2 * covariance[t, i, i]
            for j in range(N_PLAYERS):
                total[t, 1] += slopes[i] * covariance[t, i, j] * slopes[j]
