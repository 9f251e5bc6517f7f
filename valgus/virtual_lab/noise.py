"""How a detector errs: white jitter, a slow wander and an offset that is constant per view and keypoint.

The offset is the largest part, as on real footage: detectors disagree between views by what no filter removes.  All
lengths grow with the size of the person in the picture; `_px` figures are for a person 500 px tall.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NOMINAL_HEIGHT_PX = 500.0
_BIAS, _WHITE, _WANDER, _CONFIDENCE = range(4)


@dataclass(frozen=True)
class DetectorNoise:
    """Standard deviations per image axis, px; the wander forgets within `wander_s` seconds."""

    white_px: float
    wander_px: float
    bias_px: float
    wander_s: float = 0.12

    def times(self, factor: float) -> "DetectorNoise":
        """The same kind of noise, larger or smaller."""
        return DetectorNoise(self.white_px * factor, self.wander_px * factor, self.bias_px * factor, self.wander_s)


LAB = DetectorNoise(white_px=1.5, wander_px=3.0, bias_px=4.0)
CLEAN = DetectorNoise(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class NoiseSource:
    """Which random numbers: offsets depend on seed and camera only, everything else on the trial too."""

    seed: int
    trial: int
    camera: int

    def constant(self) -> np.random.Generator:
        """Numbers that all trials of this camera share."""
        return np.random.default_rng([self.seed, 3, _BIAS, self.camera])

    def fresh(self, purpose: int) -> np.random.Generator:
        """Numbers of this trial alone."""
        return np.random.default_rng([self.seed, 3, purpose, self.camera, self.trial])


def detect(
    exact: Array, time_s: Array, standing_scale: float, noise: DetectorNoise, source: NoiseSource
) -> tuple[Array, Array]:
    """What the detector reports where the exact pixels are known.

    Parameters
    ----------
    exact : (F, K, 2) px
    time_s : (F,) capture times
    standing_scale : `person_scale` of the standing person in this view, which the constant offset grows with

    Returns
    -------
    uv (F, K, 2) px, confidence (F, K) that falls with the error but is mostly noise itself
    """
    if noise == CLEAN:
        return exact, np.ones(exact.shape[:2])
    scale = person_scale(exact)
    jitter = noise.white_px * source.fresh(_WHITE).normal(size=exact.shape)
    wander = noise.wander_px * wandering(source.fresh(_WANDER), time_s, exact.shape[1:], noise.wander_s)
    bias = noise.bias_px * standing_scale * source.constant().normal(size=exact.shape[1:])
    error = (jitter + wander) * scale[:, None, None] + bias
    return exact + error, _confidence(np.linalg.norm(error, axis=-1) / scale[:, None], time_s, source)


def person_scale(exact: Array) -> Array:
    """Size of the person in each picture (F,), 1 at the nominal height; a crouching one counts by its width."""
    width, height = np.moveaxis(np.ptp(exact, axis=1), -1, 0)
    return np.maximum(height, 4.0 / 3.0 * width) / _NOMINAL_HEIGHT_PX


def wandering(rng: np.random.Generator, time_s: Array, shape: tuple[int, ...], forgets_s: float) -> Array:
    """Stationary Ornstein-Uhlenbeck noise (F, *shape) of unit variance at these times."""
    steps = rng.normal(size=(len(time_s), *shape))
    keep = np.exp(-np.diff(time_s) / forgets_s)
    for i, a in enumerate(keep, start=1):
        steps[i] = a * steps[i - 1] + np.sqrt(1.0 - a * a) * steps[i]
    return steps


def _confidence(error: Array, time_s: Array, source: NoiseSource) -> Array:
    constant = 0.035 * source.constant().normal(size=(1, error.shape[1]))
    rng = source.fresh(_CONFIDENCE)
    mood = 0.05 * wandering(rng, time_s, error.shape[1:], 0.3) + 0.06 * rng.normal(size=error.shape)
    return np.clip(0.84 - 0.0085 * (error - 6.5) + constant + mood, 0.3, 0.98)
