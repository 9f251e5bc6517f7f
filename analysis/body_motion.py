"""The smoothed body as analysis sees it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import KneeCoupling

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BodyMotion:
    """A person's movement, SI.

    Attributes
    ----------
    time_s : (F,)
    q, velocity : (F, 27) poses and their rates; NaN where the pose is unknown
    covariance : (F, 27, 27) of the poses
    geometry : (G,) body, metres
    coupling : passive knee
    """

    time_s: Array
    q: Array
    velocity: Array
    covariance: Array
    geometry: Array
    coupling: KneeCoupling
