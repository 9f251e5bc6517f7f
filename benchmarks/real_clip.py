"""Three-dimensional points of the real balancing clip, as every program's inverse kinematics is given them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.frame_ik import leg_length, solve_frames
from reconstruct.estimator.priors import MotionPrior
from reconstruct.joint_angles import angles_from_poses
from reconstruct.kernels.skeleton import BODY_POINTS
from reconstruct.reference_body import reference_geometry
from reconstruct.types import AngleTrial
from stream.files.trc import read_trc

Array = NDArray[np.float64]

TRC = Path("pose2sim_single", "trc", "S00_P00_T01_BalancingTrial_0-100_filt_butterworth.trc")
_POINT_SD_M = 0.01


def clip_points(shared_data: Path) -> tuple[Array, Array, Array]:
    """Times (F,), body points (F, P, 3) and covariances (F, P, 3, 3) in metres; NaN where the file lacks a point."""
    trial = read_trc(shared_data / TRC)
    names = trial.keypoint_set.names
    points = np.full((len(trial.time_s), len(BODY_POINTS), 3), np.nan)
    for k, name in enumerate(BODY_POINTS):
        if name in names:
            points[:, k] = trial.xyz[:, names.index(name)]
    return trial.time_s, points, np.tile(_POINT_SD_M**2 * np.eye(3), (*points.shape[:2], 1, 1))


def clip_angles(time_s: Array, points: Array, covariance: Array, prior: MotionPrior) -> AngleTrial:
    """Joint angles with standard errors of every frame, from the points to the end."""
    geometry = reference_geometry(leg_length(points))[0]
    poses = solve_frames(points, covariance, geometry, prior)
    return angles_from_poses(time_s, poses.q, poses.covariance, prior, feet_seen=True)
