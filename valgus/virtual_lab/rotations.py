"""Rotation matrices about coordinate axes, and the three angles of a joint.

Written anew in plain numpy, so that the truth shares no line with the estimator that it judges.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MIRROR = np.diag([1.0, 1.0, -1.0])
"""Turns anatomical axes of the left side into those of the right side."""

R_WORLD_GROUND = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Y-up ground of pelvis angles into the Z-up world: ground (x, y, z) is world (y, z, x)."""


def about(axis: int, angle: Array) -> Array:
    """Rotations (..., 3, 3) about coordinate axis 0, 1 or 2 by angles (...) in radians."""
    angle = np.asarray(angle, dtype=float)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    rotation = np.zeros((*angle.shape, 3, 3))
    rotation[..., axis, axis] = 1.0
    rotation[..., i, i] = rotation[..., j, j] = np.cos(angle)
    rotation[..., j, i] = np.sin(angle)
    rotation[..., i, j] = -np.sin(angle)
    return rotation


def from_zxy(angles: Array) -> Array:
    """Rotations Rz(a) Rx(b) Ry(c), (..., 3, 3), from (..., 3) angles a, b, c in radians."""
    return about(2, angles[..., 0]) @ about(0, angles[..., 1]) @ about(1, angles[..., 2])


def to_zxy(rotation: Array) -> Array:
    """Angles a, b, c (..., 3) in radians of rotations Rz(a) Rx(b) Ry(c)."""
    a = np.arctan2(-rotation[..., 0, 1], rotation[..., 1, 1])
    b = np.arcsin(np.clip(rotation[..., 2, 1], -1.0, 1.0))
    c = np.arctan2(-rotation[..., 2, 0], rotation[..., 2, 2])
    return np.stack([a, b, c], axis=-1)


def transposed(rotation: Array) -> Array:
    """Inverse rotations (..., 3, 3)."""
    return np.swapaxes(rotation, -1, -2)


def mirrored(rotation: Array) -> Array:
    """Rotations of one side as those of the other side."""
    return MIRROR @ rotation @ MIRROR
