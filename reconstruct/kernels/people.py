"""How well a detection fits a person in space, and where the person goes from there.

People are followed by a handful of joints in undistorted image coordinates: enough to tell them apart, cheap enough
to do for everybody in every frame.  `xy` (J, 2) is one detection, NaN where a joint was not seen; `sd` its noise in
the same units; R (C, 3, 3) and t (C, 3) map world to cameras.

Arrays are handed on whole, with indices: every slice that crosses a call costs more than a joint's arithmetic.
"""

import math

from geometry._jit import inline_kernel, inner_kernel
from geometry.rays import solve_symmetric3

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


@inline_kernel
def _in_view(R, t, c, X, Y, Z):
    """Image point of a place in undistorted coordinates of camera c, and its depth."""
    z = R[c, 2, 0] * X + R[c, 2, 1] * Y + R[c, 2, 2] * Z + t[c, 2]
    per_z = 1.0 / z
    x = (R[c, 0, 0] * X + R[c, 0, 1] * Y + R[c, 0, 2] * Z + t[c, 0]) * per_z
    return x, (R[c, 1, 0] * X + R[c, 1, 1] * Y + R[c, 1, 2] * Z + t[c, 1]) * per_z, z


@inline_kernel
def _truncated_error(x, y, z, u, v, sd_m, sd):
    """Truncated squared error of (x, y), expected at a depth z, that was seen at (u, v); with the price of `sd_m`."""
    squared = (u - x) * (u - x) + (v - y) * (v - y)
    variance = sd * sd + (sd_m / z) * (sd_m / z)
    # Most people are far from most detections: their strays are spared the logarithm.
    if z > 0.0 and squared < STRAY * variance:
        return min(squared / variance + 2.0 * math.log(variance / (sd * sd)), STRAY)
    return STRAY


@inner_kernel
def fit(R, t, c, position, sd_m, partner, xy, sd):
    """Mean truncated squared error of a detection of a person at `position` (J, 3), each give or take `sd_m` (J,).

    Every left-right pair may be exchanged; joints where the person is unknown count `_UNKNOWN` each.  Infinite with
    fewer than three joints in common, and where the mean is sure to be above `UNMATCHED`.
    """
    total, joints, unknown, j = 0.0, 0, 0, 0
    hopeless = UNMATCHED * len(partner)
    while j < len(partner) and total <= hopeless:
        p = partner[j]
        if not math.isfinite(position[j, 0] + position[p, 0]):
            unknown += 1 if math.isfinite(xy[j, 0]) else 0
        elif p >= j:
            xj, yj, zj = _in_view(R, t, c, position[j, 0], position[j, 1], position[j, 2])
            xp, yp, zp = _in_view(R, t, c, position[p, 0], position[p, 1], position[p, 2])
            seen_j, seen_p = math.isfinite(xy[j, 0]), p != j and math.isfinite(xy[p, 0])
            best = 0.0
            if seen_j:
                best += _truncated_error(xj, yj, zj, xy[j, 0], xy[j, 1], sd_m[j], sd)
                joints += 1
            if seen_p:
                best += _truncated_error(xp, yp, zp, xy[p, 0], xy[p, 1], sd_m[p], sd)
                joints += 1
            if best > MIRRORED:
                cross = MIRRORED
                if seen_j:
                    cross += _truncated_error(xp, yp, zp, xy[j, 0], xy[j, 1], sd_m[p], sd)
                if seen_p:
                    cross += _truncated_error(xj, yj, zj, xy[p, 0], xy[p, 1], sd_m[j], sd)
                best = min(best, cross)
            total += best
        j += 1
    if joints < 3 or total > hopeless:
        return math.inf
    return (total + _UNKNOWN * unknown) / (joints + unknown)


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
def read_view(R, t, c, position, partner, xy, seen):
    """Lay a person's detection `xy` (J, 2) in camera c down in `seen` (C, J, 2), exchanged pairs put right."""
    for j in range(len(partner)):
        p = partner[j]
        if p < j:
            continue
        xj, yj, _ = _in_view(R, t, c, position[j, 0], position[j, 1], position[j, 2])
        xp, yp, _ = _in_view(R, t, c, position[p, 0], position[p, 1], position[p, 2])
        # |a - j|^2 + |b - p|^2 > |b - j|^2 + |a - p|^2, without what both sides share; not where one is unknown
        exchanged = (xy[j, 0] - xy[p, 0]) * (xj - xp) + (xy[j, 1] - xy[p, 1]) * (yj - yp) < 0.0
        a, b = (p, j) if exchanged else (j, p)
        for i in range(2):
            seen[c, j, i], seen[c, p, i] = xy[a, i], xy[b, i]


@inner_kernel
def _displacement(R, t, seen, precision, j, X, Y, Z, expected):
    """Offset of joint j from (X, Y, Z) by its rays, and their number; where they say nothing, `expected` (1/m^2) holds.

    The normal equations of `geometry.rays.intersect_rays`, with the error in pixels rather than at the camera.
    """
    n00 = n11 = n22 = expected
    n01 = n02 = n12 = g0 = g1 = g2 = 0.0
    views = 0
    for c in range(len(precision)):
        if not math.isfinite(seen[c, j, 0]):
            continue
        views += 1
        z = R[c, 2, 0] * X + R[c, 2, 1] * Y + R[c, 2, 2] * Z + t[c, 2]
        w = precision[c] / max(z * z, 1e-6)
        for row in range(2):
            s = seen[c, j, row]
            p0 = R[c, row, 0] - s * R[c, 2, 0]
            p1 = R[c, row, 1] - s * R[c, 2, 1]
            p2 = R[c, row, 2] - s * R[c, 2, 2]
            e = w * (s * t[c, 2] - t[c, row] - p0 * X - p1 * Y - p2 * Z)
            n00 += w * p0 * p0
            n01 += w * p0 * p1
            n02 += w * p0 * p2
            n11 += w * p1 * p1
            n12 += w * p1 * p2
            n22 += w * p2 * p2
            g0 += e * p0
            g1 += e * p1
            g2 += e * p2
    d0, d1, d2 = solve_symmetric3(n00, n01, n02, n11, n12, n22, g0, g1, g2)
    return d0, d1, d2, views


@inner_kernel
def follow(R, t, position, velocity, unseen_s, seen, precision):
    """Move one person's joints, `position` (J, 3), to where they are seen.

    Parameters
    ----------
    R, t : (C, 3, 3), (C, 3) of the cameras
    position, velocity, unseen_s : (J, 3), (J, 3), (J,)
    seen : (C, J, 2) the person's detections, NaN where there is none
    precision : (C,) inverse variance of their noise
    """
    for j in range(len(position)):
        first = not math.isfinite(position[j, 0])
        X, Y, Z = (0.0, 0.0, 0.0) if first else (position[j, 0], position[j, 1], position[j, 2])
        expected = 0.0 if first else 1.0 / (_EXPECTED_SD_M * _EXPECTED_SD_M)
        d0, d1, d2, views = _displacement(R, t, seen, precision, j, X, Y, Z, expected)
        if views < (2 if first else 1):
            continue
        position[j, 0], position[j, 1], position[j, 2] = X + d0, Y + d1, Z + d2
        if first or not unseen_s[j] > 0.0:
            velocity[j, 0] = velocity[j, 1] = velocity[j, 2] = 0.0
        else:
            gain = _VELOCITY_GAIN / unseen_s[j]
            velocity[j, 0] += gain * d0
            velocity[j, 1] += gain * d1
            velocity[j, 2] += gain * d2
        if views >= 2 or first:
            unseen_s[j] = 0.0
