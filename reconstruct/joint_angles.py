"""Reported angles from body states: values, standard errors and what each owes to the data."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.estimator.priors import MotionPrior
from reconstruct.kernels.angles import angles_of_poses
from reconstruct.types import AngleTrial, Observability

Array = NDArray[np.float64]

MEASURED_FROM = 0.75
PARTIAL_FROM = 0.4
_CIRCULAR = tuple(ANGLE_NAMES.index(name) for name in ("pelvis_rotation", "thigh_flexion_r", "thigh_flexion_l"))
_ANKLE = [i for i, name in enumerate(ANGLE_NAMES) if name.startswith("ankle_")]


def observability(variance: Array, prior_variance: Array) -> NDArray[np.int8]:
    """Class of every value from D = 1 - (SE / prior SD)^2, the share of the prior's variance that data removed."""
    with np.errstate(invalid="ignore"):
        explained = 1.0 - variance / prior_variance
        classes = np.where(explained >= PARTIAL_FROM, Observability.PARTIAL, Observability.PRIOR)
        classes = np.where(explained >= MEASURED_FROM, Observability.MEASURED, classes)
    return classes.astype(np.int8)


def angles_from_poses(time_s: Array, q: Array, covariance: Array, prior: MotionPrior, feet_seen: bool) -> AngleTrial:
    """Angles of poses (F, 27) with covariances (F, 27, 27); without feet in view the ankles are unknown: NaN."""
    shape = (len(q), len(ANGLE_NAMES))
    values, variance, prior_variance = np.empty(shape), np.empty(shape), np.empty(shape)
    angles_of_poses(q, covariance, prior.stationary_sd**2, prior.coupling.array, values, variance, prior_variance)
    classes = observability(variance, prior_variance)
    for column in _CIRCULAR:
        values[:, column] = np.unwrap(values[:, column])
    standard_error = np.sqrt(variance)
    if not feet_seen:
        values[:, _ANKLE] = standard_error[:, _ANKLE] = np.nan
        classes[:, _ANKLE] = Observability.PRIOR
    return AngleTrial(time_s, values, standard_error, classes)
