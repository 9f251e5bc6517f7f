"""Reported angles of poses: values, how their errors hang together, and how fast they change."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import angle_index
from reconstruct.estimator.priors import KneeCoupling
from reconstruct.kernels.angles import N_ANGLES, angle_covariances, angle_rates, joint_angles

Array = NDArray[np.float64]


def poses_as_angles(q: Array, coupling: KneeCoupling) -> Array:
    """All angles (F, A), rad, of poses (F, 27)."""
    found = np.empty((len(q), N_ANGLES))
    for pose, angles in zip(q, found, strict=True):
        joint_angles(pose, coupling.array, angles)
    return found


def angle_covariance(q: Array, covariance: Array, coupling: KneeCoupling, names: Sequence[str]) -> Array:
    """Covariance (F, n, n), rad^2, of n angles by name, for poses (F, 27) with covariances (F, 27, 27)."""
    columns = np.array([angle_index(name) for name in names], dtype=np.int64)
    found = np.empty((len(q), len(columns), len(columns)))
    angle_covariances(q, covariance, coupling.array, columns, found)
    return found


def angle_velocity(q: Array, velocity: Array, coupling: KneeCoupling) -> Array:
    """Rates of change (F, A), rad/s, of all angles for poses and velocities (F, 27)."""
    found = np.empty((len(q), N_ANGLES))
    angle_rates(q, velocity, coupling.array, found)
    return found
