"""What is believed about everything that stays the same during a trial: the globals, jointly Gaussian.

The globals are one vector: geometry of the body (m), means of the bounded joints (rad), and a constant bias (px) of
every camera and body point, two entries each.  A belief passes from the static trial to the functional one and on to
the movement with its full covariance: fixing any part of it on the way makes the error bars lie.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import N_MEANS, MotionPrior
from reconstruct.kernels.skeleton import N_GEOMETRY, N_POINTS
from reconstruct.reference_body import reference_geometry

Array = NDArray[np.float64]

FIRST_MEAN = N_GEOMETRY
FIRST_BIAS = N_GEOMETRY + N_MEANS

_MEAN_CHANGE = math.radians(3.0)
"""How much the mean of a joint may differ between trials, rad."""
_BIAS_CHANGE = 0.5
"""How much a view's bias may differ between trials, as a share of its own usual size: it depends on heading, pose and
clothing.  Costs little where the bias is constant and saves the result where it is not."""


def bias_entries(n_cameras: int) -> int:
    """Number of bias entries of so many cameras."""
    return 2 * n_cameras * N_POINTS


@dataclass(frozen=True, eq=False)
class Belief:
    """Gaussian over the globals: `mean` (G,), `covariance` (G, G)."""

    mean: Array
    covariance: Array

    @property
    def geometry(self) -> Array:
        """(N_GEOMETRY,) metres."""
        return self.mean[:FIRST_MEAN]

    @property
    def joint_means(self) -> Array:
        """(N_MEANS,) radians."""
        return self.mean[FIRST_MEAN:FIRST_BIAS]

    @property
    def bias(self) -> Array:
        """(C, P, 2) px."""
        return self.mean[FIRST_BIAS:].reshape(-1, N_POINTS, 2)

    def for_next_trial(self, bias_sd: Array) -> "Belief":
        """The belief for another trial of the same person, given how large biases usually are (C, P), px."""
        return self.loosened(_MEAN_CHANGE, _BIAS_CHANGE * bias_sd)

    def loosened(self, mean_sd: float, bias_sd: Array) -> "Belief":
        """The belief for another trial, whose joint means (rad) and biases (C, P; px) may differ by these sds."""
        covariance = self.covariance.copy()
        diagonal = np.einsum("ii->i", covariance)
        diagonal[FIRST_MEAN:FIRST_BIAS] += mean_sd**2
        diagonal[FIRST_BIAS:] += np.repeat(bias_sd.ravel() ** 2, 2)
        return replace(self, covariance=covariance)

    def with_bias_scaled(self, scale: float) -> "Belief":
        """The belief had every bias been expected to be `scale` times as large; only for one not yet updated."""
        factor = np.ones(len(self.mean))
        factor[FIRST_BIAS:] = scale
        return replace(self, covariance=self.covariance * np.outer(factor, factor))


def first_belief(leg_length: float, motion: MotionPrior, bias_sd: Array) -> Belief:
    """Belief before any trial: an average body scaled to a leg length (m), joint priors, biases of sd (C, P) px."""
    geometry, geometry_sd = reference_geometry(leg_length)
    sd = np.concatenate([geometry_sd, motion.mean_sd, np.repeat(bias_sd.ravel(), 2)])
    mean = np.concatenate([geometry, motion.mean, np.zeros(2 * bias_sd.size)])
    return Belief(mean, np.diag(sd**2))
