"""What a hub does before the first frame: learn the person from the static trial, and compile."""

import numpy as np

from capture.types import FrameSet, Keypoints2D, KeypointTrial
from geometry.rig import Rig
from reconstruct.live import LiveReconstructor, subject_of
from reconstruct.pipeline import reconstruct_session
from reconstruct.pixel_noise import PixelNoise

_WARM_UP_FRAMES = 5
_NS = 1e9


def prepared_reconstructor(rig: Rig, static: KeypointTrial) -> LiveReconstructor:
    """A reconstructor that knows this person and has every kernel loaded."""
    noise = PixelNoise()
    subject = subject_of(reconstruct_session(rig, [static], noise).session[-1], noise)
    rehearsing = LiveReconstructor(rig, static.keypoint_set, noise, subject)
    for frame in range(min(_WARM_UP_FRAMES, static.frames)):
        rehearsing.update(frame_set(static, frame))
    return LiveReconstructor(rig, static.keypoint_set, noise, subject)


def frame_set(trial: KeypointTrial, frame: int) -> FrameSet:
    """Views of one frame of a synchronised trial."""
    views = tuple(_view(trial, camera, frame) for camera in range(len(trial.cameras)))
    return FrameSet(views[0].time_ns, views)


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
