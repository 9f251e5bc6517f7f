"""Recorded keypoints -> points -> body -> angles: composes the stages, computes nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.dlt15 import triangulate_dlt15
from reconstruct.errors import ReconstructError
from reconstruct.estimator.observations import body_point_columns, observe
from reconstruct.estimator.priors import MotionPrior
from reconstruct.estimator.session import SeenTrial, smooth_session
from reconstruct.estimator.trial_smoother import SmoothedTrial
from reconstruct.joint_angles import angles_from_poses
from reconstruct.pixel_noise import PixelNoise
from reconstruct.triangulation import triangulate_trial
from reconstruct.types import AngleTrial, PointTrial

Array = NDArray[np.float64]

TRIANGULATIONS = ("robust", "dlt15")


@dataclass(frozen=True, eq=False)
class PersonTrial:
    """One person's keypoints in the C cameras of a rig: uv (C, F, K, 2) px, confidence (C, F, K), time_s (C, F)."""

    keypoint_set: KeypointSet
    uv: Array
    confidence: Array
    time_s: Array


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Everything about a movement.

    Attributes
    ----------
    points : unfiltered triangulation, as the keypoint set names them
    angles : of the smoothed body
    body : posterior of the movement
    motion : prior under which it was estimated
    triangulate_s, estimate_s : seconds that the two stages took
    """

    points: PointTrial
    angles: AngleTrial
    body: SmoothedTrial
    motion: MotionPrior
    triangulate_s: float
    estimate_s: float


def _triangulated(rig: Rig, trial: PersonTrial, noise: PixelNoise, rule: str) -> PointTrial:
    time_s = np.nanmedian(trial.time_s, axis=0)
    if rule == "dlt15":
        return triangulate_dlt15(rig, trial.keypoint_set, time_s, trial.uv, trial.confidence)
    return triangulate_trial(rig, trial.keypoint_set, time_s, trial.uv, trial.confidence, noise)


def _seen(rig: Rig, trial: PersonTrial, noise: PixelNoise) -> SeenTrial:
    points = _triangulated(rig, trial, noise, "robust")
    columns = body_point_columns(trial.keypoint_set)
    known = columns >= 0
    xyz = np.full((len(points.time_s), len(columns), 3), np.nan)
    covariance = np.full((*xyz.shape, 3), np.nan)
    xyz[:, known], covariance[:, known] = points.xyz[:, columns[known]], points.covariance[:, columns[known]]
    observations = observe(trial.keypoint_set, trial.uv, trial.confidence, trial.time_s, noise)
    return SeenTrial(observations, xyz, covariance)


def reconstruct_session(
    rig: Rig, trials: Sequence[PersonTrial], noise: PixelNoise, triangulation: str = "robust"
) -> Reconstruction:
    """Reconstruct a movement with what the trials before it teach.

    Parameters
    ----------
    rig : C cameras, in the order of the trials' arrays
    trials : static and functional trials where they exist, the movement last
    noise : of the detector
    triangulation : rule for the exported points, one of TRIANGULATIONS; the body never depends on it

    Raises
    ------
    ReconstructError : fewer than two cameras see a person
    """
    movement = trials[-1]
    watching = int((movement.confidence > 0).any(axis=(1, 2)).sum())
    if watching < 2:
        raise ReconstructError(
            f"{watching} of {len(rig)} cameras ever see a person; at least two must, with the same rig and keypoint set"
        )
    started = perf_counter()
    points = _triangulated(rig, movement, noise, triangulation)
    triangulated = perf_counter()
    result = smooth_session(rig.arrays, [_seen(rig, trial, noise) for trial in trials])[-1]
    body = result.body
    angles = angles_from_poses(body.time_s, body.q, body.covariance, result.motion, movement.keypoint_set.has_feet)
    return Reconstruction(points, angles, body, result.motion, triangulated - started, perf_counter() - triangulated)
