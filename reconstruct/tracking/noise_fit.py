"""How much better or worse than its noise model a detector did in this recording."""

import math

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, picture_scales
from reconstruct.triangulation import PointArrays, triangulate_arrays

Array = NDArray[np.float64]

_MEDIAN_CHI2 = 2.0 * math.log(2.0)
_PSEUDO_COUNT = 4.0
"""Weight of the model against the recording, in joints of a camera: a short or half-seen trial hardly moves it."""
_FEWEST_VIEWS = 3
_MOST_ROUNDS, _SETTLED = 6, 0.05
_LIMITS = (0.05, 10.0)


def fit_noise(noise: PixelNoise, rig: Rig, uv: Array, confidence: Array, interval_s: float) -> PixelNoise:
    """The noise model scaled to what the views of a trial leave unexplained, `interval_s` between its frames.

    From clean keypoints (C, F, K, 2) px and their scores (C, F, K), 0 where not seen or not believed.  Repeated, as a
    model that is far too small makes good views look wrong.
    """
    scales = picture_scales(rig, uv, confidence)
    for _ in range(_MOST_ROUNDS):
        moving, bias = _factors(noise, rig, uv, confidence, scales, interval_s)
        noise = noise.scaled(moving, bias)
        if max(abs(moving - 1.0), abs(bias - 1.0)) < _SETTLED:
            break
    return noise


def _factors(
    noise: PixelNoise, rig: Rig, uv: Array, confidence: Array, scales: tuple[Array, Array], interval_s: float
) -> tuple[float, float]:
    """Factors on what moves and on the bias.

    Every view's mean reprojection error of a joint is its bias, what is left moves: two factors, one for white noise
    and drift from the median square of what moves, one for the bias from the mean square of the means.  Of n views of
    a point a share of 3 / (2 n) of the error is hidden in the point itself; neighbouring frames share much of their
    drift, so the means of short trials are corrected for what has not averaged out.
    """
    cameras, frames, keypoints = confidence.shape
    picture, standing = scales
    variance = noise.variance_px2(confidence, picture, standing)
    points = triangulate_arrays(rig, uv.reshape(cameras, -1, 2), variance.reshape(cameras, -1))
    error = _errors(rig, uv.reshape(cameras, -1, 2), points).reshape(cameras, frames, keypoints, 2)
    hidden = np.array(1.5 / np.maximum(points.views, _FEWEST_VIEWS)).reshape(frames, keypoints)
    factor2 = (1.0 - hidden) * noise.factor(confidence, np.ones((cameras, frames))) ** 2
    moving2 = factor2 * (noise.white_px**2 + noise.drift_px**2) * picture[..., None] ** 2
    bias2 = factor2 * (noise.bias_px * standing[..., None]) ** 2

    known = np.isfinite(error[..., 0])
    count = known.sum(axis=1)
    mean = np.where(known[..., None], error, 0.0).sum(axis=1) / np.maximum(count, 1)[..., None]
    left = ((error - mean[:, None]) ** 2).sum(axis=-1) / moving2
    moving = _moving_factor2(left[known], count)
    shared = noise.temporal_px(interval_s) ** 2 / (noise.white_px**2 + noise.drift_px**2)
    unaveraged = moving * _mean(moving2, known) * np.minimum(shared / np.maximum(count, 1), 1.0)
    surplus = (mean**2).mean(axis=-1) - unaveraged
    bias = _pooled(surplus / _mean(bias2, known), count)
    return _bounded(moving), _bounded(bias)


def _errors(rig: Rig, uv: Array, points: PointArrays) -> Array:
    """Reprojection errors (C, N, 2) px of the views used of points that at least three views agree on."""
    seen = np.stack([project(rig.arrays, c, points.xyz) for c in range(len(rig))])
    used = np.isfinite(points.camera_residual_px) & (points.views >= _FEWEST_VIEWS)
    return np.where(used[..., None], uv - seen, np.nan)


def _mean(values: Array, known: NDArray[np.bool_]) -> Array:
    """(C, K) over the frames where a view is known."""
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _moving_factor2(chi2: Array, count: NDArray[np.int64]) -> float:
    if not chi2.size:
        return 1.0
    weight = float((count > 1).sum())
    return (_PSEUDO_COUNT + weight * float(np.median(chi2)) / _MEDIAN_CHI2) / (_PSEUDO_COUNT + weight)


def _pooled(ratio: Array, count: NDArray[np.int64]) -> float:
    """Mean ratio over joints of cameras that were seen more than once."""
    known = count > 1
    return (_PSEUDO_COUNT + float(ratio[known].sum())) / (_PSEUDO_COUNT + float(known.sum()))


def _bounded(ratio: float) -> float:
    return min(max(math.sqrt(max(ratio, 0.0)), _LIMITS[0]), _LIMITS[1])
