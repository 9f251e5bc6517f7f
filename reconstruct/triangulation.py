"""Points in space from one person's keypoints in calibrated views, each with its covariance."""

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.kernels import triangulate as kernels
from reconstruct.kernels.triangulate import PointArrays
from reconstruct.pixel_noise import PixelNoise, picture_scales
from reconstruct.types import Points3D, PointTrial

Array = NDArray[np.float64]

DROP_COST = 16.0
"""Price of distrusting a view: 2 ln((1 - p) / p * A / (2 pi sd^2)) with p = 5 % of keypoints wrong, spread over a
disc of 100 px around a person of 500 px, against a standard deviation of 5.2 px."""


def _empty_points(cameras: int, points: int) -> PointArrays:
    return PointArrays(
        xyz=np.empty((points, 3)),
        covariance=np.empty((points, 3, 3)),
        views=np.empty(points, dtype=np.int8),
        residual_px=np.empty(points),
        camera_residual_px=np.empty((cameras, points)),
    )


class FrameTriangulator:
    """Triangulates one frame after the other without allocating: for the live path.

    The arrays of the returned packet are views of this object's memory: copy what must outlive the next call.
    """

    def __init__(self, rig: Rig, keypoint_set: KeypointSet) -> None:
        self._cameras = rig.arrays
        self._work = kernels.point_work(len(rig))
        self._result = _empty_points(len(rig), len(keypoint_set))
        self._keypoint_set = keypoint_set

    def triangulate(self, time_ns: int, uv: Array, variance: Array) -> Points3D:
        """Points of one instant from `uv` (C, K, 2) px and `variance` (C, K) px^2 per axis, NaN where not seen."""
        result = self._result
        kernels.triangulate_points(self._cameras, uv, variance, DROP_COST, result, 0, len(result.xyz), self._work)
        return Points3D(time_ns, self._keypoint_set, result.xyz, result.covariance, result.views, result.residual_px)


def triangulate_arrays(rig: Rig, uv: Array, variance: Array) -> PointArrays:
    """Robust triangulation of N unrelated points on every core.

    Parameters
    ----------
    rig : C cameras
    uv : (C, N, 2) px
    variance : (C, N) px^2 per axis; NaN leaves a view out
    """
    result = _empty_points(*uv.shape[:2])
    uv, variance = np.ascontiguousarray(uv, dtype=float), np.ascontiguousarray(variance, dtype=float)
    kernels.triangulate_many(rig.arrays, uv, variance, DROP_COST, result)
    return result


def triangulate_views(rig: Rig, keypoint_set: KeypointSet, time_s: Array, uv: Array, variance: Array) -> PointTrial:
    """Unfiltered points (F, K) from `uv` (C, F, K, 2) px of known `variance` (C, F, K) px^2, NaN where not seen."""
    cameras, frames, keypoints = variance.shape
    flat = triangulate_arrays(rig, uv.reshape(cameras, -1, 2), variance.reshape(cameras, -1))
    return PointTrial(
        time_s=time_s,
        keypoint_set=keypoint_set,
        xyz=flat.xyz.reshape(frames, keypoints, 3),
        covariance=flat.covariance.reshape(frames, keypoints, 3, 3),
        views=flat.views.reshape(frames, keypoints),
        residual_px=flat.residual_px.reshape(frames, keypoints),
        camera_residual_px=flat.camera_residual_px.reshape(cameras, frames, keypoints),
        bridged=np.zeros((frames, keypoints), dtype=np.bool_),
    )


def triangulate_trial(
    rig: Rig, keypoint_set: KeypointSet, time_s: Array, uv: Array, confidence: Array, noise: PixelNoise
) -> PointTrial:
    """Unfiltered points of one person over a whole trial of synchronised views.

    Parameters
    ----------
    rig : C cameras
    keypoint_set : of K points
    time_s : (F,) seconds since the first frame
    uv : (C, F, K, 2) px
    confidence : (C, F, K), 0 where not seen
    noise : of the detector; its bias is part of every covariance

    Returns
    -------
    PointTrial, NaN where fewer than two views agree on a point
    """
    picture, standing = picture_scales(rig, uv, confidence)
    return triangulate_views(rig, keypoint_set, time_s, uv, noise.variance_px2(confidence, picture, standing))
