# pyright: basic
"""One board point seen by one camera: its pixel, and how that moves with every parameter of the rig.

Columns of the Jacobian, `CAMERA` of the camera and then 6 of the board's pose:

    0..2   camera frame moved (metres, along camera axes)      T_camera_world <- exp(.) T_camera_world
    3..5   camera frame turned (radians, about camera axes)
    6..9   fx fy cx cy (px)
    10..17 distortion k1 k2 p1 p2 k3 k4 k5 k6, of a fisheye k1..k4
    18     time offset of the camera (seconds)
    19     readout time from first to last row of a rolling shutter (seconds)
    20..25 board moved and turned in its own frame             T_world_board <- T_world_board exp(.)
"""

import math

from geometry._jit import kernel
from geometry.camera_model import distort

INTRINSIC = 6
DISTORTION = 10
OFFSET = 18
READOUT = 19
CAMERA = 20
POSE = 6
COLUMNS = CAMERA + POSE

_MIN_DEPTH = 1e-6


@kernel
def lens_derivatives(x, y, k, fisheye, row_u, row_v):
    """Derivatives of the distorted point (not yet in px) with respect to the 8 distortion coefficients."""
    row_u[:] = 0.0
    row_v[:] = 0.0
    if fisheye:
        r = math.hypot(x, y)
        if r < 1e-8:
            return
        theta = math.atan(r)
        power = theta
        for i in range(4):
            power *= theta * theta
            row_u[i] = x / r * power
            row_v[i] = y / r * power
        return
    r2 = x * x + y * y
    top = 1.0 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))
    bottom = 1.0 + r2 * (k[5] + r2 * (k[6] + r2 * k[7]))
    radial = top / bottom
    row_u[2], row_v[2] = 2.0 * x * y, r2 + 2.0 * y * y
    row_u[3], row_v[3] = r2 + 2.0 * x * x, 2.0 * x * y
    power = 1.0 / bottom
    for upper, lower in ((0, 5), (1, 6), (4, 7)):
        power *= r2
        row_u[upper], row_v[upper] = x * power, y * power
        row_u[lower], row_v[lower] = -x * radial * power, -y * radial * power


@kernel
def view_point(cameras, readout, c, R_wb, t_wb, twist, point, row, jacobian):
    """Pixel of a board point, NaN behind the camera; fills `jacobian` (2, COLUMNS).

    Parameters
    ----------
    cameras : CameraArrays
    readout : (C,) seconds from first to last image row
    c : camera
    R_wb, t_wb : board pose when the middle row was taken, (3, 3) and (3,): board to world
    twist : (6,) the board's velocity then, in its own frame: metres and radians per second
    point : (3,) board frame, metres
    row : where the picture's row lies, -0.5 top to 0.5 bottom
    """
    late = readout[c] * row
    s0 = twist[0] + twist[4] * point[2] - twist[5] * point[1]
    s1 = twist[1] + twist[5] * point[0] - twist[3] * point[2]
    s2 = twist[2] + twist[3] * point[1] - twist[4] * point[0]
    a0, a1, a2 = point[0] + late * s0, point[1] + late * s1, point[2] + late * s2
    R, t = cameras.R[c], cameras.t[c]
    w0 = R_wb[0, 0] * a0 + R_wb[0, 1] * a1 + R_wb[0, 2] * a2 + t_wb[0]
    w1 = R_wb[1, 0] * a0 + R_wb[1, 1] * a1 + R_wb[1, 2] * a2 + t_wb[1]
    w2 = R_wb[2, 0] * a0 + R_wb[2, 1] * a1 + R_wb[2, 2] * a2 + t_wb[2]
    px = R[0, 0] * w0 + R[0, 1] * w1 + R[0, 2] * w2 + t[0]
    py = R[1, 0] * w0 + R[1, 1] * w1 + R[1, 2] * w2 + t[1]
    pz = R[2, 0] * w0 + R[2, 1] * w1 + R[2, 2] * w2 + t[2]
    jacobian[:, :] = 0.0
    if not pz > _MIN_DEPTH:
        return math.nan, math.nan
    x, y = px / pz, py / pz
    k, fisheye = cameras.distortion[c], cameras.fisheye[c]
    xd, yd, j_xx, j_xy, j_yx, j_yy = distort(x, y, k, fisheye)
    fx, fy = cameras.focal[c, 0], cameras.focal[c, 1]
    _camera_columns(jacobian[0], fx / pz * j_xx, fx / pz * j_xy, x, y, px, py, pz)
    _camera_columns(jacobian[1], fy / pz * j_yx, fy / pz * j_yy, x, y, px, py, pz)
    jacobian[0, INTRINSIC], jacobian[1, INTRINSIC + 1] = xd, yd
    jacobian[0, INTRINSIC + 2], jacobian[1, INTRINSIC + 3] = 1.0, 1.0
    lens = jacobian[:, DISTORTION:OFFSET]
    lens_derivatives(x, y, k, fisheye, lens[0], lens[1])
    for j in range(8):
        lens[0, j] *= fx
        lens[1, j] *= fy
    for i in range(2):
        _board_columns(jacobian[i], R, R_wb, a0, a1, a2)
        h0, h1, h2 = jacobian[i, 20], jacobian[i, 21], jacobian[i, 22]
        jacobian[i, READOUT] = row * (h0 * s0 + h1 * s1 + h2 * s2)
        jacobian[i, OFFSET] = (
            h0 * (twist[0] + twist[4] * a2 - twist[5] * a1)
            + h1 * (twist[1] + twist[5] * a0 - twist[3] * a2)
            + h2 * (twist[2] + twist[3] * a1 - twist[4] * a0)
        )
    return fx * xd + cameras.centre[c, 0], fy * yd + cameras.centre[c, 1]


@kernel
def _camera_columns(row, d_a, d_b, x, y, px, py, pz):
    """Derivatives with respect to a shift and a turn of the point in the camera frame."""
    d0, d1, d2 = d_a, d_b, -(d_a * x + d_b * y)
    row[0], row[1], row[2] = d0, d1, d2
    row[3] = d2 * py - d1 * pz
    row[4] = d0 * pz - d2 * px
    row[5] = d1 * px - d0 * py


@kernel
def _board_columns(row, R, R_wb, a0, a1, a2):
    """Derivatives with respect to the board's pose, from those with respect to the point in the camera frame."""
    g0 = row[0] * R[0, 0] + row[1] * R[1, 0] + row[2] * R[2, 0]
    g1 = row[0] * R[0, 1] + row[1] * R[1, 1] + row[2] * R[2, 1]
    g2 = row[0] * R[0, 2] + row[1] * R[1, 2] + row[2] * R[2, 2]
    h0 = g0 * R_wb[0, 0] + g1 * R_wb[1, 0] + g2 * R_wb[2, 0]
    h1 = g0 * R_wb[0, 1] + g1 * R_wb[1, 1] + g2 * R_wb[2, 1]
    h2 = g0 * R_wb[0, 2] + g1 * R_wb[1, 2] + g2 * R_wb[2, 2]
    row[20], row[21], row[22] = h0, h1, h2
    row[23] = h2 * a1 - h1 * a2
    row[24] = h0 * a2 - h2 * a0
    row[25] = h1 * a0 - h0 * a1
