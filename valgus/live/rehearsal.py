"""A virtual person goes through every stage, so that no kernel is compiled or loaded when a real one moves."""

import numpy as np

from capture.types import FrameSet, Keypoints2D, KeypointTrial
from geometry.rig import Rig
from reconstruct.estimator.body_follower import BodyFollower, View
from reconstruct.estimator.observations import body_point_columns
from reconstruct.joint_angles import AngleReader
from reconstruct.live import LiveReconstructor, average_subject
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.live_people import LivePeople
from reconstruct.tracking.view_cleaning import clean_views
from valgus.virtual_lab import motion
from valgus.virtual_lab.trial import virtual_lab

_FRAMES, _FPS = 8, 30.0
_VARIANCE_PX2, _VARIANCE_M2 = 9.0, 1e-4
_NS = 1e9


def rehearse_all() -> None:
    """A whole live reconstruction, and telling people apart."""
    rig, standing = _standing()
    noise = noise_profile(standing.keypoint_set)
    reconstructor = LiveReconstructor(rig, standing.keypoint_set, noise, average_subject(rig, noise))
    people = LivePeople(rig, standing.keypoint_set, noise)
    for frame in range(_FRAMES):
        reconstructor.update(frame_set(standing, frame))
        people.identify(frame_set(standing, frame))


def rehearse_cleaning() -> CleanViews:
    """Only what happens to views before anything is made of them."""
    rig, standing = _standing()
    uv, confidence = standing.uv[:, :_FRAMES, 0], standing.confidence[:, :_FRAMES, 0]
    noise = noise_profile(standing.keypoint_set)
    return clean_views(rig, standing.keypoint_set, standing.time_s[:, :_FRAMES], uv, confidence, noise)


def rehearse_following() -> None:
    """Only what makes a body and its angles of clean views."""
    rig, standing = _standing()
    subject = average_subject(rig, noise_profile(standing.keypoint_set))
    follower = BodyFollower(rig.arrays, subject.belief, subject.motion)
    reader = AngleReader(subject.motion, feet_seen=True)
    columns = body_point_columns(standing.keypoint_set)
    truth = virtual_lab(seed=0).truth(motion.stand, standing.time_s[0, :_FRAMES])
    points = np.ascontiguousarray(truth.points[:, columns])
    variance = np.full(len(columns), _VARIANCE_PX2)
    covariance = np.tile(np.eye(3) * _VARIANCE_M2, (len(columns), 1, 1))
    for frame in range(_FRAMES):
        time_s = float(standing.time_s[0, frame])
        views = [View(c, time_s, standing.uv[c, frame, 0, columns], variance) for c in range(len(rig))]
        for view in views:
            follower.take_in(view)
        pose = follower.pose_at(time_s, points[frame], covariance)
        follower.look_back()
        reader.read(0, pose.q, pose.covariance)


def frame_set(trial: KeypointTrial, frame: int) -> FrameSet:
    """Views of one frame of a synchronised trial."""
    views = tuple(_view(trial, camera, frame) for camera in range(len(trial.cameras)))
    return FrameSet(views[0].time_ns, views)


def _standing() -> tuple[Rig, KeypointTrial]:
    lab = virtual_lab(seed=0)
    return lab.rig, lab.record_standing(_FPS)


def _view(trial: KeypointTrial, camera: int, frame: int) -> Keypoints2D:
    return Keypoints2D(
        camera=trial.cameras[camera],
        frame_index=frame,
        time_ns=round(trial.time_s[camera, frame] * _NS),
        time_sd_ns=0,
        keypoint_set=trial.keypoint_set.name,
        image_size=trial.image_sizes[camera] or (1, 1),
        uv=trial.uv[camera, frame].astype(np.float32),
        confidence=trial.confidence[camera, frame].astype(np.float32),
    )


if __name__ == "__main__":
    rehearse_following()
