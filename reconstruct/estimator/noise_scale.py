"""How noisy this recording really is, learned from what an estimate leaves unexplained.

Detectors, light and clothing differ; a noise model from another lab would make every error bar wrong by the same
factor.  Both scales are empirical Bayes: the noise from the residuals, the bias from the biases found.
"""

import math

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.belief import Belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.smoothing_problem import STUDENT_NU

Array = NDArray[np.float64]

_PSEUDO_COUNT = 60.0
"""Weight of the scale common to all points against a single point's own, in observations."""
_RANGE = (0.02, 30.0)
_POINT_RANGE = (0.5, 2.0)
"""How far one body point's scale may lie from the common one; without a bound the best-fitting point takes over."""
_LEAST_BIAS_SCALE, _GREATEST_BIAS_SCALE = 0.05, 10.0


def _median_square(nu: float) -> float:
    """Median of the squared length of a standard two-dimensional Student-t: nu (2^(2/nu) - 1)."""
    return nu * (2.0 ** (2.0 / nu) - 1.0)


def noise_scale(residual: Array, seen: Observations) -> Array:
    """Factor (P,) on the noise's standard deviation that makes each body point's residuals as large as they are.

    The median residual is compared with that of the Student-t that the smoother assumes, so that outliers do not
    count.  A point that is rarely seen borrows from all others.  `residual` is (C, F, P, 2) px.
    """
    square = (residual[..., 0] ** 2 + residual[..., 1] ** 2) / seen.variance
    expected = _median_square(STUDENT_NU)
    everything = square[np.isfinite(square)]
    scales = np.full(square.shape[2], 1.0)
    if not len(everything):
        return scales
    common = float(np.median(everything)) / expected
    for k in range(len(scales)):
        own = square[:, :, k][np.isfinite(square[:, :, k])]
        median = float(np.median(own)) / expected if len(own) else common
        scales[k] = (_PSEUDO_COUNT * common + len(own) * median) / (_PSEUDO_COUNT + len(own))
    typical = math.sqrt(common)
    low, high = max(_POINT_RANGE[0] * typical, _RANGE[0]), min(_POINT_RANGE[1] * typical, _RANGE[1])
    np.clip(np.sqrt(scales), low, max(low, high), out=scales)
    return scales


def bias_scale(posterior: Belief, prior: Belief) -> float:
    """Factor on the prior standard deviation of the biases under which those found are as large as expected (EM)."""
    variance = np.diag(prior.covariance)[prior.biases]
    found = posterior.mean[prior.biases] ** 2 + np.diag(posterior.covariance)[prior.biases]
    scale = math.sqrt(float(np.mean(found / variance)))
    return min(max(scale, _LEAST_BIAS_SCALE), _GREATEST_BIAS_SCALE)
