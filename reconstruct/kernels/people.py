"""How well a detection fits a person in space, and where the person goes from there.

People are followed by a handful of joints in undistorted image coordinates: enough to tell them apart, cheap enough
to do for everybody in every frame.  `xy` (J, 2) is one detection, NaN where a joint was not seen; `sd` its noise in
the same units; R, t of one camera map world to camera.
"""

import math

from geometry._jit import inner_kernel
from geometry.rays import solve_symmetric3

STRAY = 16.0
"""Squared error, in standard deviations, beyond which a joint says no more than that it does not fit."""
UNMATCHED = 9.0
"""Mean squared error at which a detection is better explained by nobody known."""
MIRRORED = 4.0
"""Price of a left-right pair that is exchanged: twice the logarithm of how much rarer that is than the right order."""
_SETTLED_SD_M = 0.015
_WANDER_M_PER_S = 0.5
_COAST_S = 0.25
_VELOCITY_GAIN = 0.4
_EXPECTED_SD_M = 0.05


@inner_kernel
def _joint_error(R, t, place, j, sd_m, x, y, sd):
    """Truncated squared error of joint j at `place` (J, 3) seen at (x, y), with the price of its vagueness `sd_m`."""
    X, Y, Z = place[j, 0], place[j, 1], place[j, 2]
    z = R[2, 0] * X + R[2, 1] * Y + R[2, 2] * Z + t[2]
    if not z > 0.0:
        return STRAY
    dx = (R[0, 0] * X + R[0, 1] * Y + R[0, 2] * Z + t[0]) / z - x
    dy = (R[1, 0] * X + R[1, 1] * Y + R[1, 2] * Z + t[1]) / z - y
    variance = sd * sd + (sd_m / z) * (sd_m / z)
    return min((dx * dx + dy * dy) / variance + 2.0 * math.log(variance / (sd * sd)), STRAY)


@inner_kernel
def fit(R, t, position, sd_m, partner, xy, sd):
    """Mean truncated squared error of a detection of a person at `position` (J, 3), each give or take `sd_m` (J,).

    Every left-right pair may be exchanged.  Infinite with fewer than three joints in common.
    """
    total, joints = 0.0, 0
    for j in range(len(partner)):
        p = partner[j]
        if p < j:
            continue
        keep, cross, seen = 0.0, 0.0, 0
        for a, b in ((j, p), (p, j)):
            if math.isfinite(xy[a, 0] + position[a, 0] + position[b, 0]):
                seen += 1
                keep += _joint_error(R, t, position, a, sd_m[a], xy[a, 0], xy[a, 1], sd)
                cross += _joint_error(R, t, position, b, sd_m[b], xy[a, 0], xy[a, 1], sd)
            if p == j:
                break
        total += min(keep, cross + MIRRORED)
        joints += seen
    return total / joints if joints >= 3 else math.inf


@inner_kernel
def move_on(position, velocity, unseen_s, sd_m, interval_s):
    """Carry one person's joints (J, 3) on by a frame: they coast for a while, then stay, ever more vaguely."""
    for j in range(len(unseen_s)):
        coast = min(interval_s, max(_COAST_S - unseen_s[j], 0.0))
        for i in range(3):
            position[j, i] += coast * velocity[j, i]
        unseen_s[j] += interval_s
        sd_m[j] = math.hypot(_SETTLED_SD_M, _WANDER_M_PER_S * unseen_s[j])


@inner_kernel
def _reading(R, t, position, partner, xy, j):
    """Index of the detection that is joint j in this view: j itself or its mirror partner."""
    p = partner[j]
    if p == j or not math.isfinite(xy[j, 0] + xy[p, 0] + position[j, 0] + position[p, 0]):
        return j
    keep = _joint_error(R, t, position, j, 0.0, xy[j, 0], xy[j, 1], 1.0)
    keep += _joint_error(R, t, position, p, 0.0, xy[p, 0], xy[p, 1], 1.0)
    cross = _joint_error(R, t, position, j, 0.0, xy[p, 0], xy[p, 1], 1.0)
    cross += _joint_error(R, t, position, p, 0.0, xy[j, 0], xy[j, 1], 1.0)
    return p if cross < keep else j


@inner_kernel
def _add_ray(R, t, x, y, sd, place, normal):
    """Add the normal equations, around `place` (3,), of one ray with image noise `sd` to `normal` (9,)."""
    X, Y, Z = place[0], place[1], place[2]
    z = R[2, 0] * X + R[2, 1] * Y + R[2, 2] * Z + t[2]
    w = 1.0 / (sd * sd * max(z * z, 1e-6))
    for row in range(2):
        s = x if row == 0 else y
        p0, p1, p2 = R[row, 0] - s * R[2, 0], R[row, 1] - s * R[2, 1], R[row, 2] - s * R[2, 2]
        e = s * t[2] - t[row] - p0 * X - p1 * Y - p2 * Z
        normal[0] += w * p0 * p0
        normal[1] += w * p0 * p1
        normal[2] += w * p0 * p2
        normal[3] += w * p1 * p1
        normal[4] += w * p1 * p2
        normal[5] += w * p2 * p2
        normal[6] += w * e * p0
        normal[7] += w * e * p1
        normal[8] += w * e * p2


@inner_kernel
def _place_joint(cameras, place, xy, sd, reading, detection, normal):
    """Offset of one joint from where it was expected (NaN if nowhere), or its first place; and its number of views.

    Where the views say nothing about a direction, the expectation holds.
    """
    expected = math.isfinite(place[0])
    if not expected:
        place[:] = 0.0
    normal[:] = 0.0
    views = 0
    for c in range(len(detection)):
        p = detection[c]
        if p >= 0 and math.isfinite(xy[c, p, reading[c], 0]):
            x, y = xy[c, p, reading[c], 0], xy[c, p, reading[c], 1]
            _add_ray(cameras.R[c], cameras.t[c], x, y, sd[c, p], place, normal)
            views += 1
    if expected:
        for i in (0, 3, 5):
            normal[i] += 1.0 / (_EXPECTED_SD_M * _EXPECTED_SD_M)
    elif views < 2:
        place[:] = math.nan
        return 0.0, 0.0, 0.0, 0
    N = normal
    d0, d1, d2 = solve_symmetric3(N[0], N[1], N[2], N[3], N[4], N[5], N[6], N[7], N[8])
    return d0, d1, d2, views


@inner_kernel
def follow(cameras, person, partner, xy, sd, detection, reading, normal):
    """Move one person's joints to where their detections put them.

    Parameters
    ----------
    person : position (J, 3), velocity (J, 3), unseen_s (J,)
    xy, sd : (C, P, J, 2), (C, P)
    detection : (C,) the person's place in each view or -1
    reading, normal : (C,) and (9,) scratch
    """
    position, velocity, unseen_s = person
    for j in range(len(partner)):
        for c in range(len(detection)):
            if detection[c] >= 0:
                reading[c] = _reading(cameras.R[c], cameras.t[c], position, partner, xy[c, detection[c]], j)
        first = not math.isfinite(position[j, 0])
        d0, d1, d2, views = _place_joint(cameras, position[j], xy, sd, reading, detection, normal)
        if not views:
            continue
        position[j, 0] += d0
        position[j, 1] += d1
        position[j, 2] += d2
        if first or not unseen_s[j] > 0.0:
            velocity[j] = 0.0
        else:
            gain = _VELOCITY_GAIN / unseen_s[j]
            velocity[j, 0] += gain * d0
            velocity[j, 1] += gain * d1
            velocity[j, 2] += gain * d2
        if views >= 2 or first:
            unseen_s[j] = 0.0
