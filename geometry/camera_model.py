# pyright: basic
"""From a point in space to a pixel and back: OpenCV's pinhole and fisheye lenses.

Pinhole distortion takes k1 k2 p1 p2 k3 k4 k5 k6 (unused ones zero), fisheye k1 k2 k3 k4 of the equidistant model;
both as documented in OpenCV's calib3d.  Kernels work on bare floats so that solvers can call them in their inner
loops; the array functions below them are what everyone else uses.  A point behind the camera, and a pixel that no
ray can reach through the lens, become NaN.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, kernel

Array = NDArray[np.float64]

_NEWTON_STEPS = 30
_NEWTON_TOLERANCE = 1e-7
"""Each step squares the error: after one this short nothing is left that a double could hold."""
MIN_DEPTH = 1e-9
_STRAIGHT_AHEAD = 1e-8


class CameraArrays(NamedTuple):
    """C cameras packed for kernels; `R`, `t` map world points (metres) into each camera frame."""

    focal: Array
    """(C, 2) px"""
    centre: Array
    """(C, 2) principal points, px"""
    distortion: Array
    """(C, 8)"""
    fisheye: NDArray[np.bool_]
    """(C,)"""
    R: Array
    """(C, 3, 3) rotations world to camera"""
    t: Array
    """(C, 3) metres"""


class CameraScalars(NamedTuple):
    """One camera as bare numbers, so that loops over many points can keep it in registers."""

    focal: tuple[float, ...]
    """(2,) px"""
    centre: tuple[float, ...]
    """(2,) px"""
    distortion: tuple[float, ...]
    """(8,)"""
    fisheye: bool
    R: tuple[float, ...]
    """(9,) rotation world to camera, row by row"""
    t: tuple[float, ...]
    """(3,) metres"""


@inline_kernel
def _lens(cameras, c):
    """Coefficients of camera c as a tuple: a slice of the array would be counted in and out at every call."""
    k = cameras.distortion
    return k[c, 0], k[c, 1], k[c, 2], k[c, 3], k[c, 4], k[c, 5], k[c, 6], k[c, 7]


@inline_kernel
def camera_scalars(cameras, c):
    """`CameraScalars` of camera c."""
    R, t = cameras.R, cameras.t
    return CameraScalars(
        (cameras.focal[c, 0], cameras.focal[c, 1]),
        (cameras.centre[c, 0], cameras.centre[c, 1]),
        _lens(cameras, c),
        cameras.fisheye[c],
        (R[c, 0, 0], R[c, 0, 1], R[c, 0, 2], R[c, 1, 0], R[c, 1, 1], R[c, 1, 2], R[c, 2, 0], R[c, 2, 1], R[c, 2, 2]),
        (t[c, 0], t[c, 1], t[c, 2]),
    )


@kernel
def distort_pinhole(x, y, k):
    """Distorted normalised point and its Jacobian (xd, yd, dxd/dx, dxd/dy, dyd/dx, dyd/dy)."""
    xx, yy, xy = x * x, y * y, x * y
    r2 = xx + yy
    top = 1.0 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))
    bottom = 1.0 + r2 * (k[5] + r2 * (k[6] + r2 * k[7]))
    per_bottom = 1.0 / bottom
    radial = top * per_bottom
    d_top = k[0] + r2 * (2.0 * k[1] + r2 * 3.0 * k[4])
    d_bottom = k[5] + r2 * (2.0 * k[6] + r2 * 3.0 * k[7])
    d_radial = (d_top - radial * d_bottom) * per_bottom
    xd = x * radial + 2.0 * k[2] * xy + k[3] * (r2 + 2.0 * xx)
    yd = y * radial + k[2] * (r2 + 2.0 * yy) + 2.0 * k[3] * xy
    j_xx = radial + 2.0 * xx * d_radial + 2.0 * k[2] * y + 6.0 * k[3] * x
    j_xy = 2.0 * xy * d_radial + 2.0 * k[2] * x + 2.0 * k[3] * y
    j_yy = radial + 2.0 * yy * d_radial + 6.0 * k[2] * y + 2.0 * k[3] * x
    return xd, yd, j_xx, j_xy, j_xy, j_yy


@kernel
def distort_fisheye(x, y, k):
    """As `distort_pinhole`, for the equidistant fisheye."""
    r = math.hypot(x, y)
    if r < _STRAIGHT_AHEAD:
        return x, y, 1.0, 0.0, 0.0, 1.0
    theta = math.atan(r)
    t2 = theta * theta
    theta_d = theta * (1.0 + t2 * (k[0] + t2 * (k[1] + t2 * (k[2] + t2 * k[3]))))
    d_theta_d = 1.0 + t2 * (3.0 * k[0] + t2 * (5.0 * k[1] + t2 * (7.0 * k[2] + t2 * 9.0 * k[3])))
    scale = theta_d / r
    d_scale = (d_theta_d / (1.0 + r * r) - scale) / (r * r)
    j_xy = x * y * d_scale
    return x * scale, y * scale, scale + x * x * d_scale, j_xy, j_xy, scale + y * y * d_scale


@inline_kernel
def distort(x, y, k, fisheye):
    """Lens model of one camera on a normalised point; returns the point and its 2x2 Jacobian, row by row."""
    if fisheye:
        return distort_fisheye(x, y, k)
    return distort_pinhole(x, y, k)


@kernel
def undistort(xd, yd, k, fisheye):
    """Normalised point whose distorted image is (xd, yd), by Newton's method; NaN where there is none."""
    x, y = xd, yd
    if fisheye:  # start where the polynomial is the identity: r = tan(theta_d)
        r = math.hypot(xd, yd)
        if r > _STRAIGHT_AHEAD:
            start = math.tan(min(r, 1.55)) / r
            x, y = xd * start, yd * start
    for _ in range(_NEWTON_STEPS):
        u, v, j_xx, j_xy, j_yx, j_yy = distort(x, y, k, fisheye)
        det = j_xx * j_yy - j_xy * j_yx
        if not det > 0.0:  # the lens folds back here: no ray
            return math.nan, math.nan
        du, dv, per_det = xd - u, yd - v, 1.0 / det
        dx, dy = (j_yy * du - j_xy * dv) * per_det, (j_xx * dv - j_yx * du) * per_det
        x += dx
        y += dy
        if abs(dx) + abs(dy) < _NEWTON_TOLERANCE * (1.0 + abs(x) + abs(y)):
            return x, y
    return math.nan, math.nan


@inline_kernel
def undistort_roughly(xd, yd, k):
    """As `undistort` for a pinhole lens, by two of Newton's steps; and how long the second was, axes added up.

    Free of branches, so that loops over many points are vectorised.
    """
    x, y, step = xd, yd, 0.0
    for _ in range(2):
        u, v, j_xx, j_xy, j_yx, j_yy = distort_pinhole(x, y, k)
        du, dv, per_det = xd - u, yd - v, 1.0 / (j_xx * j_yy - j_xy * j_yx)
        dx, dy = (j_yy * du - j_xy * dv) * per_det, (j_xx * dv - j_yx * du) * per_det
        x, y, step = x + dx, y + dy, abs(dx) + abs(dy)
    return x, y, step


@inline_kernel
def project_point(cameras, c, X, Y, Z):
    """Pixel (u, v) of a world point (metres) in camera c; NaN behind the camera."""
    R, t = cameras.R, cameras.t
    x = R[c, 0, 0] * X + R[c, 0, 1] * Y + R[c, 0, 2] * Z + t[c, 0]
    y = R[c, 1, 0] * X + R[c, 1, 1] * Y + R[c, 1, 2] * Z + t[c, 1]
    z = R[c, 2, 0] * X + R[c, 2, 1] * Y + R[c, 2, 2] * Z + t[c, 2]
    if not z > MIN_DEPTH:
        return math.nan, math.nan
    xd, yd, _, _, _, _ = distort(x / z, y / z, _lens(cameras, c), cameras.fisheye[c])
    return cameras.focal[c, 0] * xd + cameras.centre[c, 0], cameras.focal[c, 1] * yd + cameras.centre[c, 1]


@inline_kernel
def project_ahead(camera, lens, X, Y, Z):
    """Depth in metres, pixel and derivatives as of `project_with_derivatives`; meaningless where the depth is not > 0.

    `lens` is `distort`, or a function like it that is free of branches, so that loops over points are vectorised.
    """
    R, t = camera.R, camera.t
    z = R[6] * X + R[7] * Y + R[8] * Z + t[2]
    per_z = 1.0 / z
    a = (R[0] * X + R[1] * Y + R[2] * Z + t[0]) * per_z
    b = (R[3] * X + R[4] * Y + R[5] * Z + t[1]) * per_z
    xd, yd, j_xx, j_xy, j_yx, j_yy = lens(a, b, camera.distortion, camera.fisheye)
    fx, fy = camera.focal
    ua, ub, va, vb = fx * per_z * j_xx, fx * per_z * j_xy, fy * per_z * j_yx, fy * per_z * j_yy
    a0, a1, a2 = R[0] - a * R[6], R[1] - a * R[7], R[2] - a * R[8]
    b0, b1, b2 = R[3] - b * R[6], R[4] - b * R[7], R[5] - b * R[8]
    return (
        z,
        fx * xd + camera.centre[0],
        fy * yd + camera.centre[1],
        ua * a0 + ub * b0,
        ua * a1 + ub * b1,
        ua * a2 + ub * b2,
        va * a0 + vb * b0,
        va * a1 + vb * b1,
        va * a2 + vb * b2,
    )


@inline_kernel
def project_with_derivatives(cameras, c, X, Y, Z):
    """As `project_point`, with the derivatives px per metre: u, v, then du/dX du/dY du/dZ dv/dX dv/dY dv/dZ."""
    z, u, v, u0, u1, u2, v0, v1, v2 = project_ahead(camera_scalars(cameras, c), distort, X, Y, Z)
    if not z > MIN_DEPTH:
        return math.nan, math.nan, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    return u, v, u0, u1, u2, v0, v1, v2


@inline_kernel
def project_point_jacobian(cameras, c, X, Y, Z, jacobian):
    """As `project_point`; fills `jacobian` (2, 3), px per metre of world motion."""
    u, v, j00, j01, j02, j10, j11, j12 = project_with_derivatives(cameras, c, X, Y, Z)
    jacobian[0, 0], jacobian[0, 1], jacobian[0, 2] = j00, j01, j02
    jacobian[1, 0], jacobian[1, 1], jacobian[1, 2] = j10, j11, j12
    return u, v


@inline_kernel
def normalise_pixel(cameras, c, u, v):
    """Undistorted normalised image point (x/z, y/z) of pixel (u, v) in camera c."""
    xd = (u - cameras.centre[c, 0]) / cameras.focal[c, 0]
    yd = (v - cameras.centre[c, 1]) / cameras.focal[c, 1]
    return undistort(xd, yd, _lens(cameras, c), cameras.fisheye[c])


@kernel
def _project_many(cameras, c, points, uv):
    for i in range(len(points)):
        uv[i, 0], uv[i, 1] = project_point(cameras, c, points[i, 0], points[i, 1], points[i, 2])


@kernel
def _normalise_many(cameras, c, uv, xy):
    for i in range(len(uv)):
        xy[i, 0], xy[i, 1] = normalise_pixel(cameras, c, uv[i, 0], uv[i, 1])


def project(cameras: CameraArrays, c: int, points: Array) -> Array:
    """Pixels (..., 2) of world points (..., 3) in metres, seen by camera c."""
    flat = np.ascontiguousarray(points, dtype=float).reshape(-1, 3)
    uv = np.empty((len(flat), 2))
    _project_many(cameras, c, flat, uv)
    return uv.reshape(*np.shape(points)[:-1], 2)


def normalise(cameras: CameraArrays, c: int, uv: Array) -> Array:
    """Undistorted normalised image points (..., 2) of pixels (..., 2) of camera c."""
    flat = np.ascontiguousarray(uv, dtype=float).reshape(-1, 2)
    xy = np.empty_like(flat)
    _normalise_many(cameras, c, flat, xy)
    return xy.reshape(np.shape(uv))
