"""Recorded keypoints -> points -> body -> angles: composes the stages, computes nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.dlt15 import triangulate_dlt15
from reconstruct.errors import ReconstructError
from reconstruct.estimator.known_body import KnownBody
from reconstruct.estimator.observations import body_point_columns, observe
from reconstruct.estimator.plates import PlateObservations, observe_plates
from reconstruct.estimator.priors import MEAN_DOFS
from reconstruct.estimator.session import SeenTrial, SessionTrial, smooth_session
from reconstruct.estimator.trial_smoother import SmoothedTrial
from reconstruct.joint_angles import angles_from_poses
from reconstruct.kernels.skeleton import N_DOF
from reconstruct.medians import medians
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from reconstruct.session_checks import session_notices
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import CleanViews, clean_views
from reconstruct.triangulation import triangulate_trial
from reconstruct.types import AngleTrial, PointTrial

Array = NDArray[np.float64]

TRIANGULATIONS = ("robust", "dlt15")


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Everything about a movement.

    Attributes
    ----------
    points : unfiltered triangulation, as the keypoint set names them
    views : the person's keypoints after repair, and what was repaired
    angles : of the smoothed body
    session : posterior of every trial, the movement last
    standing : (27,) pose of the static trial; without one, every joint at its mean
    notices : what a user should know before trusting the results
    triangulate_s, estimate_s : seconds that the two stages took
    """

    points: PointTrial
    views: CleanViews
    angles: AngleTrial
    session: tuple[SessionTrial, ...]
    standing: Array
    notices: tuple[str, ...]
    triangulate_s: float
    estimate_s: float

    @property
    def body(self) -> SmoothedTrial:
        """Posterior of the movement."""
        return self.session[-1].body


def _subject(rig: Rig, trial: KeypointTrial, noise: PixelNoise) -> KeypointTrial:
    """The trial of the one person it is about; a recording with one place for people is taken at its word."""
    return trial if trial.confidence.shape[2] == 1 else select_subject(trial, rig, noise)


def _cleaned(rig: Rig, trial: KeypointTrial, noise: PixelNoise) -> CleanViews:
    return clean_views(rig, trial.keypoint_set, trial.time_s, trial.uv[:, :, 0], trial.confidence[:, :, 0], noise)


def _exported(rig: Rig, trial: KeypointTrial, views: CleanViews, rule: str) -> PointTrial:
    if rule == "dlt15":
        time_s = medians(trial.time_s.T)
        return triangulate_dlt15(rig, trial.keypoint_set, time_s, trial.uv[:, :, 0], trial.confidence[:, :, 0])
    return trusted_points(rig, trial.keypoint_set, trial.time_s, views)


def _triangulated(rig: Rig, trial: KeypointTrial, views: CleanViews, noise: PixelNoise) -> PointTrial:
    """Frame by frame, for the estimator, which learns bias and motion by itself."""
    time_s = medians(trial.time_s.T)
    return triangulate_trial(rig, trial.keypoint_set, time_s, views.uv, views.confidence, noise)


def _plates(recording: Recording, time_s: Array) -> PlateObservations | None:
    if recording.tags is None:
        return None
    tags = recording.tags.plates
    plates = observe_plates(tags.segments, tags.sizes_m, recording.tags.corners, time_s)
    return plates.standing() if recording.purpose is Purpose.STATIC else plates


def _seen(recording: Recording, trial: KeypointTrial, views: CleanViews, noise: PixelNoise, rig: Rig) -> SeenTrial:
    points = _triangulated(rig, trial, views, noise)
    columns = body_point_columns(trial.keypoint_set)
    known = columns >= 0
    xyz = np.full((len(points.time_s), len(columns), 3), np.nan)
    covariance = np.full((*xyz.shape, 3), np.nan)
    xyz[:, known], covariance[:, known] = points.xyz[:, columns[known]], points.covariance[:, columns[known]]
    observations = observe(trial.keypoint_set, views.uv, views.confidence, trial.time_s, noise)
    return SeenTrial(observations, xyz, covariance, recording.purpose, _plates(recording, observations.time_s))


def _standing(seen: Sequence[SeenTrial], session: Sequence[SessionTrial]) -> Array:
    for trial, smoothed in zip(seen, session, strict=True):
        if trial.purpose is Purpose.STATIC:
            return np.median(smoothed.body.q, axis=0)
    pose = np.zeros(N_DOF)
    pose[list(MEAN_DOFS)] = session[-1].body.belief.joint_means
    return pose


def reconstruct_session(
    rig: Rig,
    recordings: Sequence[Recording],
    noise: PixelNoise,
    triangulation: str = "robust",
    known: KnownBody | None = None,
) -> Reconstruction:
    """Reconstruct a movement with what the trials before it teach.

    Parameters
    ----------
    rig : C cameras, in the order of the recordings' arrays
    recordings : of one person; static and functional trials where they exist, the movement last
    noise : of the detector
    triangulation : rule for the exported points, one of TRIANGULATIONS; the body never depends on it
    known : what earlier sessions have taught about the person

    Raises
    ------
    ReconstructError : fewer than two cameras see a person
    """
    movement = recordings[-1].keypoints
    watching = int((movement.confidence > 0).any(axis=(1, 2, 3)).sum())
    if watching < 2:
        raise ReconstructError(
            f"{watching} of {len(rig)} cameras ever see a person; at least two must, with the same rig and keypoint set"
        )
    started = perf_counter()
    people = [_subject(rig, recording.keypoints, noise) for recording in recordings]
    views = [_cleaned(rig, trial, noise) for trial in people]
    exported = _exported(rig, people[-1], views[-1], triangulation)
    triangulated = perf_counter()
    seen = [_seen(*parts, noise, rig) for parts in zip(recordings, people, views, strict=True)]
    session = smooth_session(rig.arrays, seen, known)
    body, motion = session[-1].body, session[-1].motion
    followed = ~seen[-1].observations.in_long_silence
    q = np.where(followed[:, None], body.q, np.nan)
    angles = angles_from_poses(body.time_s, q, body.covariance, motion, movement.keypoint_set.has_feet)
    return Reconstruction(
        points=exported,
        views=views[-1],
        angles=angles,
        session=tuple(session),
        standing=_standing(seen, session),
        notices=session_notices(seen, session, known),
        triangulate_s=triangulated - started,
        estimate_s=perf_counter() - triangulated,
    )
