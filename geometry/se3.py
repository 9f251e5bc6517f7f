"""Rotations and rigid transforms as plain arrays.

`T_a_b` is a (..., 4, 4) matrix that maps a point of frame b into frame a: `p_a = T_a_b @ p_b`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]


def rotation_from_vector(rotation_vector: ArrayLike) -> Array:
    """Rotation matrices (..., 3, 3) from rotation vectors (..., 3) in radians (Rodrigues)."""
    vectors = np.asarray(rotation_vector, dtype=float)
    return Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix().reshape(*vectors.shape[:-1], 3, 3)


def vector_from_rotation(rotation: ArrayLike) -> Array:
    """Rotation vectors (..., 3) in radians, of length at most pi, from rotation matrices (..., 3, 3)."""
    matrices = np.asarray(rotation, dtype=float)
    return Rotation.from_matrix(matrices.reshape(-1, 3, 3)).as_rotvec().reshape(matrices.shape[:-1])


def compose(rotation: ArrayLike, translation: ArrayLike) -> Array:
    """Transform (..., 4, 4) from a rotation (..., 3, 3) and a translation (..., 3)."""
    rotation, translation = np.asarray(rotation, dtype=float), np.asarray(translation, dtype=float)
    shape = np.broadcast_shapes(rotation.shape[:-2], translation.shape[:-1])
    transform = np.zeros((*shape, 4, 4))
    transform[..., :3, :3] = rotation
    transform[..., :3, 3] = translation
    transform[..., 3, 3] = 1.0
    return transform


def invert(transform: ArrayLike) -> Array:
    """`T_b_a` from `T_a_b`, (..., 4, 4)."""
    transform = np.asarray(transform, dtype=float)
    rotation = np.swapaxes(transform[..., :3, :3], -1, -2)
    return compose(rotation, -(rotation @ transform[..., :3, 3:])[..., 0])


def apply(T_a_b: ArrayLike, points_b: ArrayLike) -> Array:
    """Points (..., 3) of frame b expressed in frame a; transforms and points broadcast against each other."""
    T_a_b, points_b = np.asarray(T_a_b, dtype=float), np.asarray(points_b, dtype=float)
    return (T_a_b[..., :3, :3] @ points_b[..., None])[..., 0] + T_a_b[..., :3, 3]


def rotation_angle(rotation: ArrayLike) -> Array:
    """Angles (...) in radians, 0 to pi, of rotation matrices (..., 3, 3)."""
    return np.linalg.norm(vector_from_rotation(rotation), axis=-1)


def skew(vector: ArrayLike) -> Array:
    """Cross-product matrices (..., 3, 3) of vectors (..., 3): `skew(a) @ b == cross(a, b)`."""
    x, y, z = np.moveaxis(np.asarray(vector, dtype=float), -1, 0)
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)


def nearest_rotation(matrix: ArrayLike) -> Array:
    """Closest rotations (..., 3, 3) to arbitrary matrices, in the Frobenius norm (Kabsch)."""
    u, _, vt = np.linalg.svd(np.asarray(matrix, dtype=float))
    u[..., :, -1] *= np.linalg.det(u @ vt)[..., None]
    return u @ vt
