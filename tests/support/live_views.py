"""A recorded trial as a live session gets it: one set of views after the other."""

from collections.abc import Iterator

import numpy as np

from capture.types import FrameSet, Keypoints2D, KeypointTrial


def sets(trial: KeypointTrial) -> Iterator[FrameSet]:
    """Sets of a trial whose cameras expose together."""
    for f in range(trial.frames):
        time_ns = round(float(trial.time_s[0, f]) * 1e9)
        yield FrameSet(time_ns, tuple(view(trial, c, f, time_ns) for c in range(len(trial.cameras))))


def view(trial: KeypointTrial, c: int, f: int, time_ns: int) -> Keypoints2D:
    """Everybody whom camera c sees in frame f."""
    there = (trial.confidence[c, f] > 0.0).any(axis=-1)
    uv, confidence = trial.uv[c, f, there].astype(np.float32), trial.confidence[c, f, there].astype(np.float32)
    return Keypoints2D(trial.cameras[c], f, time_ns, 0, trial.keypoint_set.name, (1280, 720), uv, confidence)
