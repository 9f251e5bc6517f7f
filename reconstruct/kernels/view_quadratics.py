"""What one view says about a point, as a quadratic; and the smallest linear algebra that sums of them need.

The squared reprojection error of a view, over its variance, is `d'A d - 2 b'd + c` in the offset d (metres) of the
point from a linearisation point.  Quadratics of several views add, so any subset of views costs one 3x3 solve.
"""

import math

from geometry._jit import inline_kernel, inner_kernel
from geometry.camera_model import camera_scalars, distort
from geometry.rays import inverse_symmetric3, solve_symmetric3

QUADRATIC = 10
"""Numbers of a quadratic: a00 a01 a02 a11 a12 a22 b0 b1 b2 c."""

_MIN_DEPTH_M = 1e-3


@inner_kernel
def invert_symmetric3(a, inverse):
    """Fill `inverse` (3, 3) from the upper triangle `a` (a00 a01 a02 a11 a12 a22); False where it is singular."""
    c00, c01, c02, c11, c12, c22 = inverse_symmetric3(a[0], a[1], a[2], a[3], a[4], a[5])
    if math.isnan(c00):
        return False
    inverse[0, 0], inverse[1, 1], inverse[2, 2] = c00, c11, c22
    inverse[0, 1] = inverse[1, 0] = c01
    inverse[0, 2] = inverse[2, 0] = c02
    inverse[1, 2] = inverse[2, 1] = c12
    return True


@inline_kernel
def view_quadratic(cameras, c, a, b, variance, X, Y, Z):
    """Quadratic (`QUADRATIC` numbers) of camera c that saw image point (a, b) with `variance` px^2, around (X, Y, Z).

    Exact in the offset except that depth is taken at (X, Y, Z) and the lens enters by its Jacobian at (a, b), which is
    undistorted.
    """
    camera = camera_scalars(cameras, c)
    R, t = camera.R, camera.t
    x = R[0] * X + R[1] * Y + R[2] * Z + t[0]
    y = R[3] * X + R[4] * Y + R[5] * Z + t[1]
    z = R[6] * X + R[7] * Y + R[8] * Z + t[2]
    _, _, j_xx, j_xy, j_yx, j_yy = distort(a, b, camera.distortion, camera.fisheye)
    per_sd = 1.0 / (max(abs(z), _MIN_DEPTH_M) * math.sqrt(variance))
    fu, fv = camera.focal[0] * per_sd, camera.focal[1] * per_sd
    ex, ey = x - a * z, y - b * z
    p0, p1, p2 = R[0] - a * R[6], R[1] - a * R[7], R[2] - a * R[8]
    r0, r1, r2 = R[3] - b * R[6], R[4] - b * R[7], R[5] - b * R[8]
    ua, ub, va, vb = fu * j_xx, fu * j_xy, fv * j_yx, fv * j_yy
    u0, u1, u2, eu = ua * p0 + ub * r0, ua * p1 + ub * r1, ua * p2 + ub * r2, ua * ex + ub * ey
    v0, v1, v2, ev = va * p0 + vb * r0, va * p1 + vb * r1, va * p2 + vb * r2, va * ex + vb * ey
    return (
        u0 * u0 + v0 * v0,
        u0 * u1 + v0 * v1,
        u0 * u2 + v0 * v2,
        u1 * u1 + v1 * v1,
        u1 * u2 + v1 * v2,
        u2 * u2 + v2 * v2,
        -eu * u0 - ev * v0,
        -eu * u1 - ev * v1,
        -eu * u2 - ev * v2,
        eu * eu + ev * ev,
    )


@inline_kernel
def minimum(q):
    """Offset that minimises a quadratic, and its value there; NaN where there is no single minimum."""
    d0, d1, d2 = solve_symmetric3(q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8])
    return d0, d1, d2, max(q[9] - q[6] * d0 - q[7] * d1 - q[8] * d2, 0.0)


@inline_kernel
def value(q, d0, d1, d2):
    """A quadratic at an offset."""
    square = q[0] * d0 * d0 + q[3] * d1 * d1 + q[5] * d2 * d2
    cross = q[1] * d0 * d1 + q[2] * d0 * d2 + q[4] * d1 * d2
    return square + 2.0 * (cross - q[6] * d0 - q[7] * d1 - q[8] * d2) + q[9]
