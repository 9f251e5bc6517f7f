"""Which frame stands for a trial, and how a picture is written."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import AngleTrial, LiveFrame, PointTrial
from viewer.errors import ViewerError
from viewer.snapshot import representative_frame, write_png

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


def test_a_picture_is_written_whole(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    write_png(tmp_path / "shot.png", picture)
    read = cv2.imread(str(tmp_path / "shot.png"))
    assert read is not None
    np.testing.assert_array_equal(read[:, :, ::-1], picture)
    assert [path.name for path in tmp_path.iterdir()] == ["shot.png"]


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(ViewerError, match=r"shot\.jpg: a snapshot is a PNG"):
        write_png(tmp_path / "shot.jpg", picture)
    with pytest.raises(ViewerError, match="cannot be written: No such file"):
        write_png(tmp_path / "nowhere" / "shot.png", picture)
