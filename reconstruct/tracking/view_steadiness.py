"""Which views of a joint err less than the others: a foot is found better from the side than from behind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.rig import Rig
from reconstruct.kernels.leverage import fill_leverage
from reconstruct.triangulation import triangulate_arrays

Array = NDArray[np.float64]

_MOST_ROUNDS, _SETTLED = 4, 0.05
_FEWEST_VIEWS = 3
_PRIOR_DOF = 8.0
"""Weight of "all views are alike" against the recording, in independent pixel errors of a view's joint."""
_WOBBLE_DOF = 16.0
"""Weight of what wobbles, likewise: fast errors tell the variance of all of them to about a third."""
_WOBBLE_S = 0.05
"""A keypoint wobbles about its mean over so long before and after: slower is what joints do, too."""


@dataclass(frozen=True, eq=False)
class Wobble:
    """How much the keypoints of the views wobble by themselves.

    Attributes
    ----------
    square : (C, K) mean square, beside the same joint's in the other views: 1 on average, and where it is unknown
    dof : (C, K) weight in independent pixel errors, 0 where it is unknown
    """

    square: Array
    dof: Array


def view_wobble(uv: Array, variance: Array, interval_s: float) -> Wobble:
    """What moves faster than joints do in views (C, F, K, 2) px, `interval_s` apart, in terms of `variance` (C, F, K).

    Unlike what views disagree about, it also shows where the place of a point rests on one view.  Real motion adds to
    it, in all views more or less alike, which makes them look more alike than they are.
    """
    half = max(round(_WOBBLE_S / interval_s), 1)
    seen = np.isfinite(uv[..., 0]) & np.isfinite(variance)
    width = 2 * half + 1
    whole = _sums_over(seen.astype(float), width) == width
    middle = slice(half, half + whole.shape[1])
    off = uv[:, middle] - _sums_over(np.where(seen[..., None], uv, 0.0), width) / width
    square = np.where(whole, (off * off).sum(axis=-1) / variance[:, middle], 0.0)
    count = whole.sum(axis=1)
    mean = square.sum(axis=1) / np.maximum(count, 1)
    known = mean > 0.0
    others = mean.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    relative = np.where(known, mean / np.where(others > 0.0, others, 1.0), 1.0)
    return Wobble(relative, np.where(known, np.minimum(count, _WOBBLE_DOF), 0.0))


def _sums_over(values: Array, width: int) -> Array:
    """(C, F - width + 1, ...) sums over `width` frames of (C, F, ...), none where there are fewer."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0), *[(0, 0)] * (values.ndim - 2))), axis=1)
    return total[:, width:] - total[:, :-width]


def view_factors(rig: Rig, uv: Array, variance: Array, dof: float, wobble: Wobble) -> Array:
    """Factors (C, K) on the variances of a trial's views, by what their joints leave unexplained and how they wobble.

    Every view's joint has one factor, for the whole trial, which says how it compares with the same joint's other
    views: the harmonic mean of a joint's factors is 1, so that all views together tell as much as before.

    Parameters
    ----------
    rig : C cameras
    uv : (C, F, K, 2) px, constant disagreement between the views taken out
    variance : (C, F, K) px^2 per axis, NaN where not seen
    dof : how many independent pixel errors one frame adds: 2 for white noise, less for noise with a memory
    wobble : of the views

    Notes
    -----
    Estimation of variance components (Foerstner 1979): a group's squared residuals over its redundancy, repeated with
    the weights that follow.
    """
    cameras, frames, keypoints = variance.shape
    uv, variance = uv.reshape(cameras, -1, 2), variance.reshape(cameras, -1)
    factors = np.ones((cameras, keypoints))
    for _ in range(_MOST_ROUNDS):
        scaled = variance * np.tile(factors, frames)
        points = triangulate_arrays(rig, uv, scaled)
        used = np.isfinite(points.camera_residual_px) & (points.views >= _FEWEST_VIEWS)
        hidden = np.empty_like(scaled)
        fill_leverage(rig.arrays, points.xyz, points.covariance, np.where(used, 1.0 / scaled, 0.0), hidden)
        error = np.where(used, points.camera_residual_px**2 / (2.0 * variance), 0.0)
        error, redundancy = (_over_frames(values, keypoints) for values in (error, np.where(used, 1.0 - hidden, 0.0)))
        if not (redundancy.any() and error.any()):  # nothing is told by two views, nor by views without any error
            break
        level = error.sum() / redundancy.sum()
        before = factors
        told, weight = dof * error / level + wobble.dof * wobble.square, dof * redundancy + wobble.dof
        factors = (_PRIOR_DOF + told) / (_PRIOR_DOF + weight)
        factors *= (1.0 / factors).mean(axis=0)
        if np.abs(factors / before - 1.0).max() < _SETTLED:
            break
    return factors


def _over_frames(values: Array, keypoints: int) -> Array:
    """(C, K) sums of (C, F K)."""
    return values.reshape(len(values), -1, keypoints).sum(axis=1)
