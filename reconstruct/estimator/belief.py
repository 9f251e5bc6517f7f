"""What is believed about everything that stays the same during a trial: the globals, jointly Gaussian.

The globals are one vector: geometry of the body (m), means of the bounded joints (rad), a constant bias (px) of every
camera and body point, two entries each, and how every tag plate sits on its segment, ten entries each.  A belief
passes from the static trial to the functional one and on to the movement with its full covariance: fixing any part of
it on the way makes the error bars lie.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import N_MEANS, MotionPrior
from reconstruct.kernels.plates import MOUNT_ENTRIES
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

_MOUNT_CHANGE = np.array([0.002] * 3 + [math.radians(1.0)] * 3 + [0.0] * 4)
"""How much the average place of a plate may differ between trials: m, rad, and its gains not at all."""


@dataclass(frozen=True, eq=False)
class Belief:
    """Gaussian over the globals: `mean` (G,), `covariance` (G, G); `plates` of them describe tag plates."""

    mean: Array
    covariance: Array
    plates: int = 0

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
        return self.mean[self.biases].reshape(-1, N_POINTS, 2)

    @property
    def mounts(self) -> Array:
        """(T, 10) of each plate, see `kernels.plates.sum_plates`."""
        return self.mean[self.biases.stop :].reshape(-1, MOUNT_ENTRIES)

    @property
    def biases(self) -> slice:
        """Where the biases stand among the globals; the mounts follow."""
        return slice(FIRST_BIAS, len(self.mean) - MOUNT_ENTRIES * self.plates)

    def for_next_trial(self, bias_sd: Array) -> "Belief":
        """The belief for another trial of the same person, given how large biases usually are (C, P), px."""
        return self.loosened(_MEAN_CHANGE, _BIAS_CHANGE * bias_sd, _MOUNT_CHANGE)

    def loosened(self, mean_sd: float, bias_sd: Array, mount_sd: Array) -> "Belief":
        """The belief for another trial that may differ by these sds.

        `mean_sd` of the joint means (rad), `bias_sd` (C, P) of the biases (px), `mount_sd` (10,) of the mountings.
        """
        covariance = self.covariance.copy()
        diagonal = np.einsum("ii->i", covariance)
        diagonal[FIRST_MEAN:FIRST_BIAS] += mean_sd**2
        diagonal[self.biases] += np.repeat(bias_sd.ravel() ** 2, 2)
        diagonal[self.biases.stop :] += np.tile(mount_sd**2, self.plates)
        return replace(self, covariance=covariance)

    def with_bias_scaled(self, scale: float) -> "Belief":
        """The belief had every bias been expected to be `scale` times as large; only for one not yet updated."""
        factor = np.ones(len(self.mean))
        factor[self.biases] = scale
        return replace(self, covariance=self.covariance * np.outer(factor, factor))

    def with_plates(self, mounts: Array, sd: Array) -> "Belief":
        """The belief and more plates, mounted at `mounts` (T, 10) give or take `sd` (T, 10)."""
        size, more = len(self.mean), mounts.size
        covariance = np.zeros((size + more, size + more))
        covariance[:size, :size] = self.covariance
        covariance[range(size, size + more), range(size, size + more)] = sd.ravel() ** 2
        return Belief(np.concatenate([self.mean, mounts.ravel()]), covariance, self.plates + len(mounts))

    def without_plates(self) -> "Belief":
        """The belief about everything else."""
        stop = self.biases.stop
        return Belief(self.mean[:stop], self.covariance[:stop, :stop])


def first_belief(leg_length: float, motion: MotionPrior, bias_sd: Array) -> Belief:
    """Belief before any trial: an average body scaled to a leg length (m), joint priors, biases of sd (C, P) px."""
    geometry, geometry_sd = reference_geometry(leg_length)
    sd = np.concatenate([geometry_sd, motion.mean_sd, np.repeat(bias_sd.ravel(), 2)])
    mean = np.concatenate([geometry, motion.mean, np.zeros(2 * bias_sd.size)])
    return Belief(mean, np.diag(sd**2))
