"""A trial as the estimators see it: the body points of one person in every view, with noise and timing."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from reconstruct.kernels.skeleton import BODY_POINTS
from reconstruct.pixel_noise import PixelNoise, person_scale

Array = NDArray[np.float64]

LONGEST_SILENCE_S = 0.5
"""Where nothing is seen for longer, the pose is unknown."""
_MODEL_SD_PX = 1.0
"""Least noise of a body point for a person of 500 px: joints also slide, which the skeleton does not (about 2 mm)."""


@dataclass(frozen=True, eq=False)
class Observations:
    """One person's body points over F frames in C cameras.

    Attributes
    ----------
    time_s : (F,) times at which the body is estimated
    offset_s : (C, F) from there to each camera's exposure
    uv : (C, F, P, 2) px, NaN where unseen
    variance : (C, F, P) px^2 of one axis in one frame, bias left out
    least_variance : (C,) below which it makes no sense to trust a point, px^2
    noise : of the detector
    interval_s : between frames
    rate : of the motion, 1/s: how fast what is estimated changes, 0 for what stays
    bias_sd : (C, P) px
    """

    time_s: Array
    offset_s: Array
    uv: Array
    variance: Array
    least_variance: Array
    bias_sd: Array
    noise: PixelNoise
    interval_s: float
    rate: float = 0.0

    @property
    def inflation(self) -> float:
        """Factor on the variance for noise that neighbouring frames share."""
        return (self.noise.temporal_px(self.interval_s, self.rate) / self.noise.instant_px) ** 2

    @property
    def in_long_silence(self) -> NDArray[np.bool_]:
        """(F,) whether nothing at all was seen for longer than `LONGEST_SILENCE_S` around a frame."""
        seen_s = self.time_s[np.isfinite(self.uv[..., 0]).any(axis=(0, 2))]
        if not len(seen_s):
            return np.ones(len(self.time_s), dtype=np.bool_)
        after = np.searchsorted(seen_s, self.time_s)
        before_s = np.where(after > 0, seen_s[np.maximum(after - 1, 0)], -np.inf)
        after_s = np.where(after < len(seen_s), seen_s[np.minimum(after, len(seen_s) - 1)], np.inf)
        return ~np.isin(self.time_s, seen_s) & (after_s - before_s > LONGEST_SILENCE_S)

    def with_noise_scaled(self, scale: Array) -> "Observations":
        """The same with the standard deviation of every body point's noise multiplied by `scale` (P,)."""
        return replace(self, variance=np.maximum(self.variance * scale**2, self.least_variance[:, None, None]))


def body_point_columns(keypoints: KeypointSet) -> NDArray[np.int64]:
    """(P,) column of each body point in a keypoint set, -1 where the set lacks it."""
    return np.array([keypoints.names.index(name) if name in keypoints.names else -1 for name in BODY_POINTS])


def observe(keypoints: KeypointSet, uv: Array, confidence: Array, time_s: Array, noise: PixelNoise) -> Observations:
    """Pick the body points out of one person's keypoints.

    Parameters
    ----------
    uv, confidence : (C, F, K, 2) px and (C, F, K); what is unseen or rejected has confidence 0
    time_s : (C, F) capture times; the body is estimated at their median over the cameras
    """
    columns = body_point_columns(keypoints)
    known = columns >= 0
    scale = person_scale(uv, confidence)
    points = np.full((*uv.shape[:2], len(columns), 2), np.nan)
    score = np.zeros(points.shape[:3])
    points[:, :, known], score[:, :, known] = uv[:, :, columns[known]], confidence[:, :, columns[known]]
    points[~(score > 0)] = np.nan
    common = np.nanmedian(time_s, axis=0)
    typical = np.nan_to_num(np.nanmedian(scale, axis=1), nan=1.0)
    factor = PixelNoise(score=noise.score, score_factor=noise.score_factor).factor(score, scale)
    return Observations(
        time_s=common,
        offset_s=np.nan_to_num(time_s - common),
        uv=points,
        variance=(factor * noise.instant_px) ** 2,
        least_variance=(typical * _MODEL_SD_PX) ** 2,
        bias_sd=np.repeat(typical[:, None] * noise.bias_px, len(columns), axis=1),
        noise=noise,
        interval_s=float(np.median(np.diff(common))) if len(common) > 1 else noise.drift_time_s,
    )
