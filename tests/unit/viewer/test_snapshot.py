"""Which frame stands for a trial."""

from dataclasses import replace

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import AngleTrial, LiveFrame, PointTrial
from viewer.snapshot import representative_frame

FRAMES = 9


@pytest.fixture
def trial(standing: LiveFrame) -> tuple[PointTrial, AngleTrial]:
    time_s = np.arange(FRAMES) / 60
    shape = (FRAMES, len(standing.points.keypoint_set))
    points = PointTrial(
        time_s=time_s,
        keypoint_set=keypoint_set("halpe_26"),
        xyz=np.tile(standing.points.xyz, (FRAMES, 1, 1)),
        covariance=np.zeros((*shape, 3, 3)),
        views=np.full(shape, 4, np.int8),
        residual_px=np.zeros(shape),
        camera_residual_px=np.zeros((0, *shape)),
        bridged=np.zeros(shape, np.bool_),
    )
    values = np.zeros((FRAMES, len(ANGLE_NAMES)))
    depth = np.radians([5, 20, 60, 95, 90, 40, 20, 10, 5])
    values[:, angle_index("knee_flexion_r")], values[:, angle_index("knee_flexion_l")] = depth, depth - 0.1
    return points, AngleTrial(time_s, values, values, np.zeros(values.shape, np.int8))


def test_the_deepest_frame_stands_for_a_squat(trial: tuple[PointTrial, AngleTrial]) -> None:
    assert representative_frame(*trial) == 3


def test_a_frame_without_a_leg_does_not(trial: tuple[PointTrial, AngleTrial]) -> None:
    points, angles = trial
    points.xyz[3, points.keypoint_set.index("LAnkle")] = np.nan
    assert representative_frame(points, angles) == 4


def test_without_knees_it_is_the_middle(trial: tuple[PointTrial, AngleTrial]) -> None:
    points, angles = trial
    assert representative_frame(points, replace(angles, values=np.full_like(angles.values, np.nan))) == 4
    assert representative_frame(replace(points, xyz=np.full_like(points.xyz, np.nan)), angles) == 4
