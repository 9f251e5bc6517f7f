"""Which views of a joint err less than the others: a foot is found better from the side than from behind."""

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


def view_factors(rig: Rig, uv: Array, variance: Array, dof: float) -> Array:
    """Factors (C, K) on the variances of the views of a trial, by what their joints leave unexplained.

    Every view's joint has one factor, for the whole trial, which says how it compares with the same joint's other
    views: the harmonic mean of a joint's factors is 1, so that all views together tell as much as before.

    Parameters
    ----------
    rig : C cameras
    uv : (C, F, K, 2) px, constant disagreement between the views taken out
    variance : (C, F, K) px^2 per axis, NaN where not seen
    dof : how many independent pixel errors one frame adds: 2 for white noise, less for noise with a memory

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
        if not redundancy.any():
            break
        level = error.sum() / redundancy.sum()
        before = factors
        factors = (_PRIOR_DOF + dof * error / level) / (_PRIOR_DOF + dof * redundancy)
        factors *= (1.0 / factors).mean(axis=0)
        if np.abs(factors / before - 1.0).max() < _SETTLED:
            break
    return factors


def _over_frames(values: Array, keypoints: int) -> Array:
    """(C, K) sums of (C, F K)."""
    return values.reshape(len(values), -1, keypoints).sum(axis=1)
