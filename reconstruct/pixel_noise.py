"""How far a detector's keypoint lies from the truth, in pixels: the noise model that every estimate rests on.

A keypoint's error has three parts of different memory, each with its own standard deviation per image axis:

- *white*: new in every frame, averaged away by any filter;
- *drift*: correlated over a fraction of a second (Ornstein-Uhlenbeck), only partly averaged away;
- *bias*: where this detector sees this joint from this direction; constant over a trial, different in every view.  No
  filter removes it, and it is the largest part: several views must be weighed against each other to see it.

All three are quoted for a person of 500 px and scale with the person's size in the picture: white noise and drift with
the size of the moment (`person_scale`), as a detector works on a crop of that size; the bias with the size at full
height (`standing_scale`), as it does not shrink when the person crouches.  A score below the reference raises all three
by a factor read from a table per detector.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry.rays import triangulate_linear
from geometry.rig import Rig
from reconstruct.kernels import picture_scale as kernels
from reconstruct.kernels import pixel_noise as noise_kernels
from reconstruct.kernels.medians import running_median
from reconstruct.medians import medians, quantile

Array = NDArray[np.float64]

_PASSBAND = 1.1
_STANDING_QUANTILE = 0.9
_MEDIAN_FRAMES = 15


def _scores() -> Array:
    return np.array([0.0, 0.2, 0.5, 0.8])


def _factors() -> Array:
    return np.array([2.5, 1.6, 1.15, 1.0])


@dataclass(frozen=True, eq=False)
class PixelNoise:
    """Noise of one detector.

    Attributes
    ----------
    white_px, drift_px, bias_px : standard deviations per axis for a person of 500 px
    drift_time_s : correlation time of the drift
    score, score_factor : (M,) detector scores, ascending, and the factor on all three standard deviations there; linear
        in between, constant outside
    joint_factor : (K,) further factor per keypoint of the set, or (1,) for all alike
    """

    white_px: float = 1.5
    drift_px: float = 3.0
    bias_px: float = 4.0
    drift_time_s: float = 0.12
    score: Array = field(default_factory=_scores)
    score_factor: Array = field(default_factory=_factors)
    joint_factor: Array = field(default_factory=lambda: np.ones(1))

    def factor(self, confidence: ArrayLike, scale: ArrayLike) -> Array:
        """Px of picture per px of a 500 px person, (..., K), for `confidence` (..., K) and a scale (...).

        Multiply with `white_px`, `drift_px` or `bias_px`.  NaN where the confidence is 0 or NaN (not seen).
        """
        confidence = np.ascontiguousarray(confidence, dtype=float)
        scale = np.ascontiguousarray(np.broadcast_to(np.asarray(scale, dtype=float), confidence.shape[:-1]))
        factor, rows = np.empty_like(confidence), (-1, confidence.shape[-1])
        noise_kernels.fill_factors(
            confidence.reshape(rows),
            scale.reshape(-1),
            self.score,
            self.score_factor,
            self.joint_factor,
            factor.reshape(rows),
        )
        return factor

    def scaled(self, moving: float, bias: float) -> "PixelNoise":
        """The same with white noise and drift `moving` times, and bias `bias` times as large."""
        return replace(
            self, white_px=self.white_px * moving, drift_px=self.drift_px * moving, bias_px=self.bias_px * bias
        )

    @property
    def instant_px(self) -> float:
        """Standard deviation in one frame, bias left out, for a person of 500 px."""
        return math.hypot(self.white_px, self.drift_px)

    @property
    def fresh_share(self) -> float:
        """Share of a keypoint's variance that is new in every picture."""
        return self.white_px**2 / (self.white_px**2 + self.drift_px**2 + self.bias_px**2)

    def temporal_px(self, interval_s: float, rate: float = 0.0) -> float:
        """Standard deviation of white noise that averages out over frames `interval_s` apart as white + drift do.

        The drift counts as AR(1) noise: its variance is multiplied by (1 + a) / (1 - a), a = exp(-interval / time),
        where one averages over long times.  A joint that moves can only be averaged over short ones, at frequencies at
        which the drift is weaker: by 1 + (w time)^2 for an Ornstein-Uhlenbeck drift at the frequency w up to which the
        smoother listens.  That is `_PASSBAND` times the `rate` (1/s) of a Matern-3/2 motion: with it, the smoother's
        stated variance equals its true one when nine tenths of the motion's variance are seen through the noise.
        """
        a = math.exp(-interval_s / self.drift_time_s)
        weaker = 1.0 + (_PASSBAND * rate * self.drift_time_s) ** 2
        return math.sqrt(self.white_px**2 + self.drift_px**2 * max(1.0, (1.0 + a) / (1.0 - a) / weaker))

    def variance_px2(self, confidence: Array, picture: Array, standing: Array) -> Array:
        """Variance per axis (..., K) of single keypoints, all three parts together; NaN where not seen.

        `picture` and `standing` (...) are the scales of `person_scale` and `standing_scale`.
        """
        size = np.sqrt((self.white_px**2 + self.drift_px**2) * picture**2 + (self.bias_px * standing) ** 2)
        variance = self.factor(confidence, size)
        variance *= variance
        return variance


def box_scale(uv: Array, confidence: Array) -> Array:
    """Scale (...) of each single picture of a person, from keypoints (..., K, 2) px; NaN where nothing is seen."""
    scale = np.empty(confidence.shape[:-1])
    kernels.fill_box_scales(*_flat(uv, confidence), scale.reshape(-1))
    return scale


def person_scale(uv: Array, confidence: Array) -> Array:
    """Scale (C, F) of one person in every picture: max(height, 4/3 width) / 500 px of the box around the keypoints.

    A running median over `_MEDIAN_FRAMES` frames, interpolated over gaps; from uv (C, F, K, 2) px and confidence
    (C, F, K), 0 where not seen.
    """
    return _fill_gaps(_running_median(box_scale(uv, confidence)))


def standing_scale(rig: Rig, uv: Array, confidence: Array) -> Array:
    """Scale (C, F) that the person would have at full height at the same place; arguments as in `person_scale`."""
    return picture_scales(rig, uv, confidence)[1]


def picture_scales(rig: Rig, uv: Array, confidence: Array) -> tuple[Array, Array]:
    """`person_scale` and `standing_scale` at once."""
    picture, px_per_metre = person_scale(uv, confidence), magnification(rig, uv, confidence)
    height_m = medians((picture / px_per_metre).T)
    return picture, quantile(height_m, _STANDING_QUANTILE) * px_per_metre


def magnification(rig: Rig, uv: Array, confidence: Array) -> Array:
    """Px per metre (C, F) at the person's middle; arguments as in `person_scale`."""
    middle, seen = np.empty((*confidence.shape[:-1], 2)), np.empty(confidence.shape[:-1])
    kernels.fill_middles(*_flat(uv, confidence), middle.reshape(-1, 2), seen.reshape(-1))
    points = triangulate_linear(rig.arrays, middle, seen)
    depth = points @ rig.arrays.R[:, 2].T + rig.arrays.t[:, 2]
    focal = rig.arrays.focal[:, 1]
    return _fill_gaps(focal[:, None] / np.where(depth > 0.0, depth, np.nan).T)


def _flat(uv: Array, confidence: Array) -> tuple[Array, Array]:
    """Keypoints (n, K, 2) and scores (n, K) as the kernels want them."""
    keypoints = confidence.shape[-1]
    flat = np.ascontiguousarray(uv, dtype=float).reshape(-1, keypoints, 2)
    return flat, np.ascontiguousarray(confidence, dtype=float).reshape(-1, keypoints)


def _running_median(values: Array) -> Array:
    """(C, F) median over the frames around, so that stray keypoints don't count; NaN where nothing is known."""
    smooth = np.empty_like(values)
    for row, smooth_row in zip(values, smooth, strict=True):
        running_median(row, _MEDIAN_FRAMES // 2, smooth_row)
    return smooth


def _fill_gaps(values: Array) -> Array:
    """(C, F) with linear interpolation over NaN; a camera that never knows gets the others' mean, or 1."""
    if np.isfinite(values).all():
        return values
    filled = values.copy()
    for row in filled:
        known = np.flatnonzero(np.isfinite(row))
        if known.size:
            row[:] = np.interp(np.arange(len(row)), known, row[known])
    known = np.isfinite(filled)
    return np.where(known, filled, filled[known].mean() if known.any() else 1.0)
