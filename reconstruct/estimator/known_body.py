"""What stays known of a person when the cameras are packed up: body and joint means, without any view's bias."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.belief import FIRST_BIAS, Belief
from reconstruct.estimator.priors import MEAN_DOFS
from reconstruct.kernels.skeleton import BODY_POINTS, DOF_NAMES, GEOMETRY_SCALARS

Array = NDArray[np.float64]

PARAMETERS = (
    *GEOMETRY_SCALARS,
    *(f"{point}_{axis}" for point in BODY_POINTS for axis in "xyz"),
    *(f"mean_{DOF_NAMES[j]}" for j in MEAN_DOFS),
)
"""Lengths (m), offsets of keypoints in their segments (m, ISB axes), means of the bounded joints (rad)."""


@dataclass(frozen=True, eq=False)
class KnownBody:
    """Gaussian over `PARAMETERS`: `mean` (B,), `covariance` (B, B)."""

    mean: Array
    covariance: Array


def known_body(belief: Belief) -> KnownBody:
    """The part of a belief that belongs to the person; biases and plates are integrated out."""
    return KnownBody(belief.mean[:FIRST_BIAS].copy(), belief.covariance[:FIRST_BIAS, :FIRST_BIAS].copy())


def belief_about(body: KnownBody, bias_sd: Array) -> Belief:
    """Belief before a session's first trial about somebody known, for biases of sd (C, P) px."""
    views = 2 * bias_sd.size
    covariance = np.zeros((FIRST_BIAS + views, FIRST_BIAS + views))
    covariance[:FIRST_BIAS, :FIRST_BIAS] = body.covariance
    at = np.arange(FIRST_BIAS, FIRST_BIAS + views)
    covariance[at, at] = np.repeat(bias_sd.ravel(), 2) ** 2
    unbiased = Belief(np.concatenate([body.mean, np.zeros(views)]), covariance)
    return unbiased.for_next_trial(np.zeros_like(bias_sd))
