"""Rotations as vectors: axis times angle, rad."""

import math

from geometry._jit import kernel


@kernel
def rotation_of(vector, out):
    """Rotation matrix of a rotation vector (Rodrigues)."""
    x, y, z = vector[0], vector[1], vector[2]
    angle = math.sqrt(x * x + y * y + z * z)
    a = math.sin(angle) / angle if angle > 1e-8 else 1.0 - angle * angle / 6.0
    b = (1.0 - math.cos(angle)) / (angle * angle) if angle > 1e-4 else 0.5 - angle * angle / 24.0
    out[0, 0], out[1, 1], out[2, 2] = 1.0 - b * (y * y + z * z), 1.0 - b * (x * x + z * z), 1.0 - b * (x * x + y * y)
    out[0, 1], out[1, 0] = b * x * y - a * z, b * x * y + a * z
    out[0, 2], out[2, 0] = b * x * z + a * y, b * x * z - a * y
    out[1, 2], out[2, 1] = b * y * z - a * x, b * y * z + a * x


@kernel
def left_jacobian(vector, out):
    """J with exp(v + d) ~ exp(J d) exp(v) for small d (Barfoot 2017, eq. 7.77)."""
    x, y, z = vector[0], vector[1], vector[2]
    angle = math.sqrt(x * x + y * y + z * z)
    a = (1.0 - math.cos(angle)) / (angle * angle) if angle > 1e-4 else 0.5 - angle * angle / 24.0
    b = (angle - math.sin(angle)) / angle**3 if angle > 1e-3 else 1.0 / 6.0 - angle * angle / 120.0
    out[0, 0], out[1, 1], out[2, 2] = 1.0 - b * (y * y + z * z), 1.0 - b * (x * x + z * z), 1.0 - b * (x * x + y * y)
    out[0, 1], out[1, 0] = b * x * y - a * z, b * x * y + a * z
    out[0, 2], out[2, 0] = b * x * z + a * y, b * x * z - a * y
    out[1, 2], out[2, 1] = b * y * z - a * x, b * y * z + a * x
