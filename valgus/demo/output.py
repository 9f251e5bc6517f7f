"""The folder that a demonstration leaves behind: a trial like any other, and how good it was."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import orjson

from calibration.formats.aniposelib import write_rig
from geometry.rig import Rig
from reconstruct.types import AngleTrial, LiveFrame, PointTrial
from stream.files.trial_folder import TrialResults, write_trial
from valgus.demo.outcome import Outcome, summary
from valgus.finished_folder import finished_folder

_S = 1e-9


def write_outcome(folder: Path, rig: Rig, frames: Sequence[LiveFrame], outcome: Outcome) -> None:
    """Write summary.json, rig.toml and, where anything was published, the trial's tables."""
    with finished_folder(folder) as partial:
        (partial / "summary.json").write_bytes(orjson.dumps(summary(outcome), option=orjson.OPT_INDENT_2))
        write_rig(partial / "rig.toml", rig)
        if frames:
            write_trial(partial, TrialResults(_angle_trial(frames), _point_trial(frames, len(rig))))


def _angle_trial(frames: Sequence[LiveFrame]) -> AngleTrial:
    angles = [frame.angles for frame in frames]
    return AngleTrial(
        time_s=_seconds([one.time_ns for one in angles]),
        values=np.stack([one.values for one in angles]),
        standard_error=np.stack([one.standard_error for one in angles]),
        observability=np.stack([one.observability for one in angles]),
    )


def _point_trial(frames: Sequence[LiveFrame], cameras: int) -> PointTrial:
    points = [frame.points for frame in frames]
    views = np.stack([one.views for one in points])
    return PointTrial(
        time_s=_seconds([one.time_ns for one in points]),
        keypoint_set=points[0].keypoint_set,
        xyz=np.stack([one.xyz for one in points]),
        covariance=np.stack([one.covariance for one in points]),
        views=views,
        residual_px=np.stack([one.residual_px for one in points]),
        camera_residual_px=np.full((cameras, *views.shape), np.nan),
        bridged=np.zeros(views.shape, dtype=np.bool_),
    )


def _seconds(times_ns: Sequence[int]) -> np.ndarray:
    return (np.array(times_ns) - times_ns[0]) * _S
