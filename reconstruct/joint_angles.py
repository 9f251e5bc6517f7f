"""Reported angles from body states: values, standard errors and what each owes to the data."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.estimator.priors import MotionPrior
from reconstruct.kernels.angles import angles_of_poses
from reconstruct.types import AngleTrial, JointAngles, Observability

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


class AngleReader:
    """Reads the angles of single poses.

    Parameters
    ----------
    prior : what was known of the joints, against which observability is judged
    feet_seen : without feet in view the ankles are unknown
    """

    def __init__(self, prior: MotionPrior, feet_seen: bool) -> None:
        self._prior_variance = prior.stationary_sd**2
        self._coupling = prior.coupling.array
        self._unknown = [] if feet_seen else _ANKLE

    def read_all(self, q: Array, covariance: Array) -> tuple[Array, Array, NDArray[np.int8]]:
        """Values, standard errors (F, A) rad and observability of poses (F, 27); NaN poses give NaN angles."""
        shape = (len(q), len(ANGLE_NAMES))
        values, variance, prior_variance = np.empty(shape), np.empty(shape), np.empty(shape)
        angles_of_poses(q, covariance, self._prior_variance, self._coupling, values, variance, prior_variance)
        classes = observability(variance, prior_variance)
        standard_error = np.sqrt(variance)
        values[:, self._unknown] = standard_error[:, self._unknown] = np.nan
        classes[:, self._unknown] = Observability.PRIOR
        return values, standard_error, classes

    def read(self, time_ns: int, q: Array, covariance: Array) -> JointAngles:
        """Angles of one pose (27,) with its covariance (27, 27)."""
        values, standard_error, classes = self.read_all(q[None], np.ascontiguousarray(covariance)[None])
        return JointAngles(time_ns, values[0], standard_error[0], classes[0])


def angles_from_poses(time_s: Array, q: Array, covariance: Array, prior: MotionPrior, feet_seen: bool) -> AngleTrial:
    """Angles of poses (F, 27) with covariances (F, 27, 27), those that run round the circle unwrapped.

    Poses that are NaN give NaN angles.
    """
    values, standard_error, classes = AngleReader(prior, feet_seen).read_all(q, np.ascontiguousarray(covariance))
    for column in _CIRCULAR:
        known = np.isfinite(values[:, column])
        values[known, column] = np.unwrap(values[known, column])
    return AngleTrial(time_s, values, standard_error, classes)
