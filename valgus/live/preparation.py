"""What a hub does before the first frame: learn the person, and have every kernel compiled."""

import numpy as np

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet, Keypoints2D, KeypointTrial
from geometry.rig import Rig
from reconstruct.live import LiveReconstructor, average_subject, subject_of
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.recording import Purpose, Recording
from valgus.live.person import Person
from valgus.virtual_lab.trial import virtual_lab

_REHEARSED_FRAMES = 8
_REHEARSAL_FPS = 30.0
_NS = 1e9


def reconstructor_of(rig: Rig, person: Person) -> LiveReconstructor:
    """A reconstructor for this person, with every kernel compiled."""
    if isinstance(person, KeypointTrial):
        return prepared_reconstructor(rig, person)
    return average_reconstructor(rig, person)


def average_reconstructor(rig: Rig, keypoint_set: KeypointSet) -> LiveReconstructor:
    """A reconstructor for a person of whom nothing is known yet."""
    _rehearse()
    return _average(rig, keypoint_set)


def prepared_reconstructor(rig: Rig, static: KeypointTrial) -> LiveReconstructor:
    """A reconstructor that knows this person from a static trial."""
    _rehearse()
    noise = noise_profile(static.keypoint_set)
    subject = subject_of(reconstruct_session(rig, [Recording(Purpose.STATIC, static)], noise).session[-1], noise)
    return LiveReconstructor(rig, static.keypoint_set, noise, subject)


def frame_set(trial: KeypointTrial, frame: int) -> FrameSet:
    """Views of one frame of a synchronised trial."""
    views = tuple(_view(trial, camera, frame) for camera in range(len(trial.cameras)))
    return FrameSet(views[0].time_ns, views)


def _rehearse() -> None:
    """Reconstruct a virtual person, so that no kernel is compiled or loaded when a real one moves."""
    lab = virtual_lab(seed=0)
    standing = lab.record_standing(_REHEARSAL_FPS)
    reconstructor = _average(lab.rig, standing.keypoint_set)
    for frame in range(_REHEARSED_FRAMES):
        reconstructor.update(frame_set(standing, frame))


def _average(rig: Rig, keypoint_set: KeypointSet) -> LiveReconstructor:
    noise = noise_profile(keypoint_set)
    return LiveReconstructor(rig, keypoint_set, noise, average_subject(rig, noise))


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
