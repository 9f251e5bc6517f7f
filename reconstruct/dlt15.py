"""The reference rule that other software uses, for comparison: likelihood-weighted pixel DLT, cameras dropped to 15 px.

As in Pose2Sim's triangulation (BSD-3): direct linear transform (Hartley & Zisserman, section 12.2) on raw pixels, lens
distortion ignored, rows weighted by the detector's score; where the mean reprojection error is 15 px or more, every set
of cameras one smaller is tried, then two smaller, until the best of them passes.  No gap is filled and there is no
covariance.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.types import PointTrial

Array = NDArray[np.float64]

MIN_LIKELIHOOD = 0.3
MAX_MEAN_ERROR_PX = 15.0
_FEWEST_VIEWS = 2


def _weighted_dlt(projections: Array, uv: Array, weight: Array) -> Array:
    """Points (N, 3) from projections (S, 3, 4), pixels (S, N, 2) and weights (S, N)."""
    first, second, third = (projections[:, None, row] for row in range(3))
    rows = np.stack([first - uv[..., :1] * third, second - uv[..., 1:] * third])
    system = (rows * weight[..., None]).transpose(2, 0, 1, 3).reshape(uv.shape[1], -1, 4)
    homogeneous = np.linalg.svd(system, full_matrices=False)[2][:, -1]
    return homogeneous[:, :3] / homogeneous[:, 3:]


def _errors_px(projections: Array, points: Array, uv: Array) -> Array:
    """Reprojection errors (S, N) px."""
    image = np.einsum("sij,nj->sni", projections[..., :3], points) + projections[:, None, :, 3]
    return np.linalg.norm(image[..., :2] / image[..., 2:] - uv, axis=-1)


class _Best:
    """Best points so far, for N points."""

    def __init__(self, cameras: int, points: int) -> None:
        self.xyz = np.full((points, 3), np.nan)
        self.mean_px = np.full(points, np.inf)
        self.errors_px = np.full((cameras, points), np.nan)

    def offer(self, which: NDArray[np.intp], subset: NDArray[np.intp], xyz: Array, errors_px: Array) -> None:
        """Keep the solution of camera `subset` for those of the points `which` where it is better."""
        better = errors_px.mean(axis=0) < self.mean_px[which]
        kept = which[better]
        self.xyz[kept] = xyz[better]
        self.mean_px[kept] = errors_px[:, better].mean(axis=0)
        self.errors_px[:, kept] = np.nan
        self.errors_px[np.ix_(subset, kept)] = errors_px[:, better]


def _best_with(dropped: int, projections: Array, uv: Array, weight: Array, pending: NDArray[np.bool_]) -> _Best:
    """Best solutions that leave out `dropped` of the cameras that see a point, for the `pending` points."""
    best = _Best(*weight.shape)
    seen = weight > 0.0
    for size in range(_FEWEST_VIEWS, len(projections) + 1):
        for cameras in combinations(range(len(projections)), size):
            subset = np.array(cameras)
            wanted = seen[subset].all(axis=0) & (seen.sum(axis=0) == size + dropped)
            which = np.flatnonzero(wanted & pending)
            if which.size:
                picked = np.ix_(subset, which)
                xyz = _weighted_dlt(projections[subset], uv[picked], weight[picked])
                best.offer(which, subset, xyz, _errors_px(projections[subset], xyz, uv[picked]))
    return best


def _solve(projections: Array, uv: Array, weight: Array) -> _Best:
    """Points by the rule; those that never pass are NaN."""
    result = _Best(*weight.shape)
    for dropped in range(len(projections) - _FEWEST_VIEWS + 1):
        pending = ~(result.mean_px < MAX_MEAN_ERROR_PX)
        attempt = _best_with(dropped, projections, uv, weight, pending)
        passed = attempt.mean_px < MAX_MEAN_ERROR_PX
        result.xyz[passed], result.mean_px[passed] = attempt.xyz[passed], attempt.mean_px[passed]
        result.errors_px[:, passed] = attempt.errors_px[:, passed]
    return result


def triangulate_dlt15(rig: Rig, keypoint_set: KeypointSet, time_s: Array, uv: Array, confidence: Array) -> PointTrial:
    """Points of one person over a trial by the reference rule.

    Parameters
    ----------
    rig : C cameras; their lens distortion is ignored, as the rule demands
    keypoint_set : of K points
    time_s : (F,) seconds since the first frame
    uv : (C, F, K, 2) px
    confidence : (C, F, K); below 0.3 a view does not count

    Returns
    -------
    PointTrial with NaN covariances, and NaN where no two cameras pass
    """
    cameras, frames, keypoints = confidence.shape
    flat_uv = uv.reshape(cameras, -1, 2)
    usable = (confidence.reshape(cameras, -1) >= MIN_LIKELIHOOD) & np.isfinite(flat_uv).all(-1)
    weight = np.where(usable, confidence.reshape(cameras, -1), 0.0)
    projections = np.stack([camera.projection for camera in rig.cameras])
    best = _solve(projections, flat_uv, weight)
    return PointTrial(
        time_s=time_s,
        keypoint_set=keypoint_set,
        xyz=best.xyz.reshape(frames, keypoints, 3),
        covariance=np.full((frames, keypoints, 3, 3), np.nan),
        views=np.isfinite(best.errors_px).sum(axis=0).astype(np.int8).reshape(frames, keypoints),
        residual_px=_root_mean_square(best.errors_px).reshape(frames, keypoints),
        camera_residual_px=best.errors_px.reshape(cameras, frames, keypoints),
        bridged=np.zeros((frames, keypoints), dtype=np.bool_),
    )


def _root_mean_square(errors_px: Array) -> Array:
    """Over the cameras used, NaN where none."""
    used = np.isfinite(errors_px)
    total = np.where(used, errors_px**2, 0.0).sum(axis=0)
    return np.where(used.any(axis=0), np.sqrt(total / np.maximum(used.sum(axis=0), 1)), np.nan)
