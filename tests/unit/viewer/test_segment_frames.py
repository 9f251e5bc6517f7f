"""Axes rebuilt from angles, read back with the formulas of docs/conventions.md, and held against recorded bodies."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import LiveFrame
from viewer.segment_frames import segment_frames

Array = NDArray[np.float64]

MIRROR = np.diag([1.0, 1.0, -1.0])
ARBITRARY_DEG = {
    "pelvis_tilt": 11.0, "pelvis_list": -6.0, "pelvis_rotation": 130.0,
    "hip_flexion_r": 47.0, "hip_adduction_r": 9.0, "hip_rotation_r": 14.0,
    "knee_flexion_r": 66.0, "knee_adduction_r": -8.0, "knee_rotation_r": 5.0,
    "hip_flexion_l": 35.0, "hip_adduction_l": -7.0, "hip_rotation_l": -11.0,
    "knee_flexion_l": 52.0, "knee_adduction_l": 3.0, "knee_rotation_l": -9.0,
}  # fmt: skip


def _with_angles(frame: LiveFrame, degrees: dict[str, float]) -> LiveFrame:
    values = np.zeros(len(ANGLE_NAMES))
    for name, value in degrees.items():
        values[angle_index(name)] = np.radians(value)
    return replace(frame, angles=replace(frame.angles, values=values))


def _hip_deg(R: Array) -> list[float]:
    return np.degrees([np.arctan2(-R[0, 1], R[1, 1]), np.arcsin(R[2, 1]), np.arctan2(-R[2, 0], R[2, 2])]).tolist()


def _knee_deg(R: Array) -> list[float]:
    return np.degrees([np.arctan2(R[0, 1], R[1, 1]), np.arcsin(R[2, 1]), np.arctan2(-R[2, 0], R[2, 2])]).tolist()


def test_the_formulas_give_the_angles_back(standing: LiveFrame) -> None:
    pelvis, *legs = (f.R_world_segment for f in segment_frames(_with_angles(standing, ARBITRARY_DEG)))
    for side, femur, tibia, mirror in (("r", legs[0], legs[1], np.eye(3)), ("l", legs[2], legs[3], MIRROR)):
        hip = _hip_deg(mirror @ pelvis.T @ femur @ mirror)
        knee = _knee_deg(mirror @ femur.T @ tibia @ mirror)
        motions = ("flexion", "adduction", "rotation")
        np.testing.assert_allclose(hip, [ARBITRARY_DEG[f"hip_{motion}_{side}"] for motion in motions])
        np.testing.assert_allclose(knee, [ARBITRARY_DEG[f"knee_{motion}_{side}"] for motion in motions])


def test_all_zero_is_upright_with_the_right_side_at_minus_y(standing: LiveFrame) -> None:
    # With Y up, x ahead and z to the right, OpenSim's ground has its x axis along the world's y.
    for frame in segment_frames(_with_angles(standing, {})):
        np.testing.assert_allclose(frame.R_world_segment[:, 1], [0.0, 0.0, 1.0], atol=1e-12)
        np.testing.assert_allclose(frame.R_world_segment[:, 0], [0.0, 1.0, 0.0], atol=1e-12)
        assert np.linalg.det(frame.R_world_segment) == pytest.approx(1.0)


def test_an_unknown_angle_takes_only_its_own_segments_away(standing: LiveFrame) -> None:
    angles = dict.fromkeys(ARBITRARY_DEG, 10.0) | {"knee_rotation_l": np.nan}
    assert len(segment_frames(_with_angles(standing, angles))) == 4
    angles |= {"pelvis_tilt": np.nan}
    assert segment_frames(_with_angles(standing, angles)) == ()


def test_axes_follow_the_bones_of_a_recorded_squat(shared_data: Path, standing: LiveFrame) -> None:
    folder = shared_data / "truth" / "squats1_ring4_clean"
    points = np.load(folder / "points_truth.npy")
    with (folder / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    halpe = keypoint_set("halpe_26")
    for i in range(0, len(points), 40):
        degrees = {name: float(rows[i][name]) for name in ANGLE_NAMES if rows[i].get(name)}
        frames = segment_frames(_with_angles(standing, degrees))
        bones = [
            ("LHip", "RHip", 2),
            *[(s + d, s + p, 1) for s in "RL" for d, p in (("Knee", "Hip"), ("Ankle", "Knee"))],
        ]
        for frame, (start, end, axis) in zip(frames, bones, strict=True):
            bone = points[i, halpe.index(end)] - points[i, halpe.index(start)]
            cosine = frame.R_world_segment[:, axis] @ bone / np.linalg.norm(bone)
            assert np.degrees(np.arccos(min(cosine, 1.0))) < 1.0
