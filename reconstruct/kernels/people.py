"""How well a detection fits a person in space, and where the person goes from there.

People are followed by a handful of joints in undistorted image coordinates: enough to tell them apart, cheap enough
to do for everybody in every frame.  `xy` (C, P, 2, J) are the detections of one frame, NaN where a joint was not seen;
`sd` (C, P) their noise in the same units.

Arrays are handed on whole, with indices: every slice that crosses a call costs more than a joint's arithmetic.
"""

import math

import numpy as np

from geometry._jit import inline_kernel, kernel, summing_kernel
from geometry.camera_model import camera_scalars
from reconstruct.kernels.joint_rays import (
    DX,
    JOINTS,
    VIEWS,
    add_rays,
    expect_joint,
    solve_joints,
    take_ray,
    weigh_rays,
)

PAIRS = JOINTS // 2

# What a detection is, where it is not the number of the person that it shows.
FREE, EMPTY, PIECE = -1, -2, -3
"""Anybody's; no detection; and, less the person's number, one more detection of somebody who has one in this view."""
FIRST_PIECE = -2
"""In identities, where people have numbers from 0 and -1 is nobody: a piece of person 0; of others, less the number."""
STRAY = 16.0
"""Squared error, in standard deviations, beyond which a joint says no more than that it does not fit."""
UNMATCHED = 9.0
"""Mean squared error at which a detection is better explained by nobody known."""
MIRRORED = 4.0
"""Price of a left-right pair that is exchanged: twice the logarithm of how much rarer that is than the right order."""
_UNKNOWN = 4.0
"""Squared error of a joint where the person has never been seen to have one: who is known whole fits better."""
_SETTLED_SD_M = 0.015
_WANDER_M_PER_S = 0.5
_COAST_S = 0.25
_VELOCITY_GAIN = 0.4
_EXPECTED_SD_M = 0.05


@kernel
def room_to_expect(people, cameras):
    """Room for where the joints of people are expected in every view, to be filled by `expect`.

    (M, C, 3 J): J undistorted image coordinates x, NaN where a joint is unknown; J of y; J times 1 / depth^2 in 1/m^2,
    NaN behind the camera.
    """
    return np.empty((people, cameras, 3 * JOINTS))


@inline_kernel
def expect_in_view(cameras, c, position, m, expected):
    """As `expect`, in camera c."""
    camera = camera_scalars(cameras, c)
    R, t = camera.R, camera.t
    for j in range(JOINTS):
        X, Y, Z = position[m, 0, j], position[m, 1, j], position[m, 2, j]
        z = R[6] * X + R[7] * Y + R[8] * Z + t[2]
        per_z = 1.0 / z
        expected[m, c, j] = (R[0] * X + R[1] * Y + R[2] * Z + t[0]) * per_z
        expected[m, c, JOINTS + j] = (R[3] * X + R[4] * Y + R[5] * Z + t[1]) * per_z
        expected[m, c, 2 * JOINTS + j] = per_z * per_z if z > 0.0 else math.nan


@inline_kernel
def expect(cameras, position, m, expected):
    """Fill in where person m of those at `position` (M, 3, J) is to be seen."""
    for c in range(len(cameras.R)):
        expect_in_view(cameras, c, position, m, expected)


@inline_kernel
def _log(x):
    """Natural logarithm of 1 to 100 within 1 %: no call, so that loops are vectorised.

    Four times that of the fourth root, by Padé's approximant 3 (s^2 - 1) / (s^2 + 4 s + 1) around 1.
    """
    root = math.sqrt(x)
    return 12.0 * (root - 1.0) / (root + 4.0 * math.sqrt(root) + 1.0)


@inline_kernel
def _error(x, y, u, v, variance, price):
    """Truncated squared error of a joint expected at (x, y) and seen at (u, v), 0 where it is not seen."""
    error = ((u - x) * (u - x) + (v - y) * (v - y)) / variance + price
    error = error if error < STRAY else STRAY
    return error if math.isfinite(u) else 0.0


@summing_kernel
def fit(expected, m, c, sd_m, xy, sd, p):
    """Mean truncated squared error of detection p of view c of person m, expected give or take `sd_m` (M, J).

    Every left-right pair may be exchanged; joints where the person is unknown count `_UNKNOWN` each.  Infinite with
    fewer than three joints in common.
    """
    noise = sd[c, p] * sd[c, p]
    total = joints = in_common = 0.0
    for i in range(PAIRS):  # free of branches, so that pairs are dealt with side by side
        x_l, y_l = expected[m, c, i], expected[m, c, JOINTS + i]
        x_r, y_r = expected[m, c, PAIRS + i], expected[m, c, JOINTS + PAIRS + i]
        u_l, v_l, u_r, v_r = xy[c, p, 0, i], xy[c, p, 1, i], xy[c, p, 0, PAIRS + i], xy[c, p, 1, PAIRS + i]
        sd_l, sd_r = sd_m[m, i], sd_m[m, PAIRS + i]
        variance_l = noise + sd_l * sd_l * expected[m, c, 2 * JOINTS + i]
        variance_r = noise + sd_r * sd_r * expected[m, c, 2 * JOINTS + PAIRS + i]
        price_l, price_r = 2.0 * _log(variance_l / noise), 2.0 * _log(variance_r / noise)
        right_way = _error(x_l, y_l, u_l, v_l, variance_l, price_l) + _error(x_r, y_r, u_r, v_r, variance_r, price_r)
        exchanged = _error(x_l, y_l, u_r, v_r, variance_l, price_l) + _error(x_r, y_r, u_l, v_l, variance_r, price_r)
        exchanged += MIRRORED
        error = exchanged if exchanged < right_way else right_way
        known = math.isfinite(x_l + x_r)
        seen = (1.0 if math.isfinite(u_l) else 0.0) + (1.0 if math.isfinite(u_r) else 0.0)
        total += error if known else _UNKNOWN * seen
        joints += seen
        in_common += seen if known else 0.0
    return total / joints if in_common >= 3.0 else math.inf


@inline_kernel
def move_on(people, m, interval_s):
    """Carry person m of `People` on by a frame: joints coast for a while, then stay, ever more vaguely."""
    position, velocity, unseen_s, sd_m = people.position, people.velocity, people.unseen_s, people.sd_m
    for j in range(JOINTS):
        coast = min(interval_s, max(_COAST_S - unseen_s[m, j], 0.0))
        position[m, 0, j] += coast * velocity[m, 0, j]
        position[m, 1, j] += coast * velocity[m, 1, j]
        position[m, 2, j] += coast * velocity[m, 2, j]
        unseen_s[m, j] += interval_s
        wandered = _WANDER_M_PER_S * unseen_s[m, j]
        sd_m[m, j] = math.sqrt(_SETTLED_SD_M * _SETTLED_SD_M + wandered * wandered)


@inline_kernel
def start_from(position, m, rows):
    """Take in the joints of person m of `position` (M, 3, J); where rays say nothing, each is to stay where it is."""
    rows[:] = 0.0
    for j in range(JOINTS):
        if math.isfinite(position[m, 0, j]):
            expect_joint(position[m, 0, j], position[m, 1, j], position[m, 2, j], _EXPECTED_SD_M, j, rows)


@inline_kernel
def _read_view(expected, m, c, xy, p, rows):
    """Take in detection p of camera c, of person m, exchanged pairs put right."""
    for left in range(PAIRS):
        right = PAIRS + left
        # |a - l|^2 + |b - r|^2 > |b - l|^2 + |a - r|^2, without what both sides share; not where one is unknown
        across_x = expected[m, c, left] - expected[m, c, right]
        across_y = expected[m, c, JOINTS + left] - expected[m, c, JOINTS + right]
        x, y = xy[c, p, 0, left] - xy[c, p, 0, right], xy[c, p, 1, left] - xy[c, p, 1, right]
        exchanged = x * across_x + y * across_y < 0.0
        a, b = (right, left) if exchanged else (left, right)
        take_ray(xy[c, p, 0, a], xy[c, p, 1, a], left, rows)
        take_ray(xy[c, p, 0, b], xy[c, p, 1, b], right, rows)


@inline_kernel
def see(cameras, c, expected, m, xy, sd, p, rows):
    """Add what detection p of camera c says of where the joints of person m are, exchanged pairs put right."""
    _read_view(expected, m, c, xy, p, rows)
    camera = camera_scalars(cameras, c)
    weigh_rays(camera, 1.0 / (sd[c, p] * sd[c, p]), rows)
    add_rays(camera, rows)


@inline_kernel
def follow(people, m, rows):
    """Move the joints of person m of `People` to where they were seen: by one view, or two where they were unknown."""
    position, velocity, unseen_s = people.position, people.velocity, people.unseen_s
    solve_joints(rows)
    for j in range(JOINTS):
        first, views = not math.isfinite(position[m, 0, j]), rows[VIEWS + j]
        if views < (2.0 if first else 1.0):
            continue
        gain = _VELOCITY_GAIN / unseen_s[m, j] if unseen_s[m, j] > 0.0 else 0.0
        for i in range(3):
            d = rows[DX + i * JOINTS + j]
            position[m, i, j] = d if first else position[m, i, j] + d
            velocity[m, i, j] = 0.0 if first or gain == 0.0 else velocity[m, i, j] + gain * d
        if views >= 2.0:
            unseen_s[m, j] = 0.0
