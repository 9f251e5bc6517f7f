"""The points of a trial as they are exported: agreed among views, at common instants, short gaps bridged."""

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.pixel_noise import magnification, picture_scales
from reconstruct.tracking.body_sides import acceleration_psd
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.common_time import carry_to_instants
from reconstruct.tracking.gaps import bridge_gaps
from reconstruct.tracking.instants import group_instants
from reconstruct.tracking.view_steadiness import view_factors, view_wobble
from reconstruct.triangulation import triangulate_views
from reconstruct.types import PointTrial

Array = NDArray[np.float64]


def trusted_points(rig: Rig, keypoints: KeypointSet, time_s: Array, views: CleanViews) -> PointTrial:
    """Points of one person, each from the keypoints of its own instant only, except in bridged gaps.

    Every view's long-run disagreement is taken out, so that a view that comes or goes does not move the point; views
    that see a joint more steadily than others weigh more.  The covariances count the bias that all views together may
    still have, and are scaled to what this recording shows.

    Parameters
    ----------
    rig : C cameras
    keypoints : set of the K keypoints
    time_s : (C, F) capture times, seconds
    views : cleaned keypoints

    Returns
    -------
    PointTrial at G instants; G is F where the cameras are synchronised to half a frame
    """
    noise = views.noise
    interval_s = float(np.median(np.diff(time_s, axis=1))) if time_s.shape[1] > 1 else noise.drift_time_s
    picture, standing = picture_scales(rig, views.uv, views.confidence)
    variance = noise.variance_px2(views.confidence, picture, standing)
    uv, psd = views.agreed_uv, acceleration_psd(keypoints)
    wobble = view_wobble(uv, variance, interval_s)
    instants = group_instants(time_s)
    if np.any(instants.lag_s) or len(instants.time_s) != time_s.shape[1]:
        scale = magnification(rig, views.uv, views.confidence)
        uv, variance = carry_to_instants(uv, variance, time_s, instants, psd, scale)
    dof = 2.0 * min(interval_s / (2.0 * noise.drift_time_s), 1.0)
    variance *= view_factors(rig, uv, variance, dof, wobble)[:, None]
    points = triangulate_views(rig, keypoints, instants.time_s, uv, variance)
    moving = noise.white_px**2 + noise.drift_px**2
    return bridge_gaps(points, moving / (moving + noise.bias_px**2), psd)
