"""Where the rays to a person's joints meet: all joints side by side, one view after the other.

Quantities are rows of `JOINTS` numbers in one array, as in `point_block`: `rows[X + j]` is X of joint j.
"""

import math

import numpy as np

from geometry._jit import inline_kernel, kernel
from geometry.rays import ray_equations, solve_symmetric3

JOINTS = 12
"""By which people are followed, the left ones first: a constant, so that loops over them are vectorised."""

# Joints as expected, 0 where unknown; image points in one view and how much they weigh, 0 where not seen; normal
# equations, upper triangle; right-hand side, whose place the displacement takes; number of views.
_X, _Y, _Z, _A, _B, _WEIGHT = (row * JOINTS for row in range(6))
_N00, _N01, _N02, _N11, _N12, _N22, DX, DY, DZ, VIEWS = (row * JOINTS for row in range(6, 16))


@kernel
def room_for_joints():
    """Rows for the joints of one person.

    To be set to 0; filled by `expect_joint` where a joint is known; for every view by `take_ray`, perhaps one of the
    two functions that weigh, and `add_rays`; and solved.
    """
    return np.empty(16 * JOINTS)


@inline_kernel
def expect_joint(X, Y, Z, sd_m, j, rows):
    """Joint j is at a place, give or take `sd_m`, as far as is known without its rays."""
    rows[_X + j], rows[_Y + j], rows[_Z + j] = X, Y, Z
    rows[_N00 + j] = rows[_N11 + j] = rows[_N22 + j] = 1.0 / (sd_m * sd_m)


@inline_kernel
def take_ray(x, y, j, rows):
    """Joint j is seen at an undistorted image point of the view in question, or is not, which NaN says."""
    there = math.isfinite(x)
    rows[_A + j], rows[_B + j] = x if there else 0.0, y if there else 0.0
    rows[_WEIGHT + j] = 1.0 if there else 0.0
    rows[VIEWS + j] += rows[_WEIGHT + j]


@inline_kernel
def take_rays(xy, c, p, rows):
    """Take in all joints of detection p of camera c in `xy` (C, P, 2, J)."""
    for j in range(JOINTS):
        take_ray(xy[c, p, 0, j], xy[c, p, 1, j], j, rows)


@inline_kernel
def weigh_alike(weight, rows):
    """Weigh all rays of a view alike, at whatever depth."""
    for j in range(JOINTS):
        rows[_WEIGHT + j] *= weight


@inline_kernel
def weigh_rays(camera, precision, rows):
    """Weigh the rays of a view by their noise at the expected depth: 1 / variance in undistorted image coordinates."""
    R, t = camera.R, camera.t
    for j in range(JOINTS):
        z = R[6] * rows[_X + j] + R[7] * rows[_Y + j] + R[8] * rows[_Z + j] + t[2]
        rows[_WEIGHT + j] *= precision / max(z * z, 1e-6)


@inline_kernel
def add_rays(camera, rows):
    """Add the rays of a view to the normal equations of offsets from where joints are expected."""
    for j in range(JOINTS):
        n00, n01, n02, n11, n12, n22, g0, g1, g2 = ray_equations(
            camera.R, camera.t, rows[_A + j], rows[_B + j], rows[_WEIGHT + j]
        )
        X, Y, Z = rows[_X + j], rows[_Y + j], rows[_Z + j]
        rows[_N00 + j] += n00
        rows[_N01 + j] += n01
        rows[_N02 + j] += n02
        rows[_N11 + j] += n11
        rows[_N12 + j] += n12
        rows[_N22 + j] += n22
        rows[DX + j] += g0 - n00 * X - n01 * Y - n02 * Z
        rows[DY + j] += g1 - n01 * X - n11 * Y - n12 * Z
        rows[DZ + j] += g2 - n02 * X - n12 * Y - n22 * Z


@inline_kernel
def solve_joints(rows):
    """Turn right-hand sides into displacements from where the joints were expected; NaN where rays do not meet."""
    for j in range(JOINTS):
        d0, d1, d2 = solve_symmetric3(
            rows[_N00 + j], rows[_N01 + j], rows[_N02 + j], rows[_N11 + j], rows[_N12 + j], rows[_N22 + j],
            rows[DX + j], rows[DY + j], rows[DZ + j],
        )  # fmt: skip
        rows[DX + j], rows[DY + j], rows[DZ + j] = d0, d1, d2
