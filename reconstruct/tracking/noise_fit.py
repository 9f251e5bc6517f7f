"""How much better or worse than its noise model a detector did in this recording."""

import math

import numpy as np
from numpy.typing import NDArray

from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, person_scale, standing_scale
from reconstruct.tracking.view_cleaning import CleanViews
from reconstruct.triangulation import triangulate_arrays

Array = NDArray[np.float64]

_MEDIAN_CHI2 = 2.0 * math.log(2.0)
_PSEUDO_COUNT = 20.0
"""Weight of the model against the recording, in views of a joint: a short or half-seen trial hardly moves it."""
_LIMITS = (0.05, 10.0)


def fit_noise(noise: PixelNoise, rig: Rig, views: CleanViews) -> PixelNoise:
    """The noise model scaled to what the views of a trial leave unexplained.

    Two factors: one for what moves (white noise and drift), from the median reprojection error once long-run
    disagreement is taken out; one for the bias, from the mean square of that disagreement.  Of n views of a point
    3 / (2 n) of the error is hidden in the point itself.
    """
    cameras, _, keypoints = views.confidence.shape
    picture, standing = person_scale(views.uv, views.confidence), standing_scale(rig, views.uv, views.confidence)
    variance = noise.variance_px2(views.confidence, picture, standing)
    uv = views.agreed_uv.reshape(cameras, -1, 2)
    points = triangulate_arrays(rig, uv, variance.reshape(cameras, -1))
    visible_share = 1.0 - 1.5 / np.maximum(points.views, 2).astype(float)
    factor = noise.factor(views.confidence, picture).reshape(cameras, -1)
    moving = factor**2 * (noise.white_px**2 + noise.drift_px**2) * visible_share
    return noise.scaled(
        moving=_moving_factor((points.camera_residual_px**2 / moving)[:, points.views > 2], keypoints),
        bias=_bias_factor(views, noise.bias_px * np.median(standing, axis=1)),
    )


def _moving_factor(chi2: Array, keypoints: int) -> float:
    known = chi2[np.isfinite(chi2)]
    if not known.size:
        return 1.0
    weight = known.size / keypoints
    ratio = float(np.median(known)) / _MEDIAN_CHI2
    return _bounded((_PSEUDO_COUNT + weight * ratio) / (_PSEUDO_COUNT + weight))


def _bias_factor(views: CleanViews, expected_px: Array) -> float:
    """From the biases found, each counted by the share of its variance that the recording has revealed."""
    variance = np.broadcast_to((expected_px**2)[:, None], views.bias_sd_px.shape)
    learned = np.nan_to_num(1.0 - views.bias_sd_px**2 / variance).clip(0.0)
    if not learned.any():
        return 1.0
    visible_share = 1.0 - 1.5 / max(len(expected_px), 3)
    ratio = (views.bias_px**2).mean(axis=-1) / (visible_share * variance)
    return _bounded((_PSEUDO_COUNT + float(ratio.sum())) / (_PSEUDO_COUNT + float(learned.sum())))


def _bounded(ratio: float) -> float:
    return min(max(math.sqrt(ratio), _LIMITS[0]), _LIMITS[1])
