"""What must not change an angle does not, and what must change it does so by as much as it should."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry import se3
from geometry.rig import Camera, Rig
from reconstruct.angle_names import ANGLE_NAMES
from tests.support.process_command import Array, observability, process, processed, read_angles, write_session
from valgus.virtual_lab.noise import LAB
from valgus.virtual_lab.trial import VirtualTrial, virtual_trial

SEED, SECONDS, FPS = 5, 2.0, 30.0
FLIPPED_BY_A_MIRROR = ("pelvis_list", "pelvis_rotation", "trunk_lean")
DIRECTIONS_IN_THE_LABORATORY = ("pelvis_tilt", "anterior_tilt", "pelvis_list", "pelvis_rotation")
"""Tilt comes first in their order of rotations, about an axis of the laboratory: they depend on where one faces."""
MEASURED = ("hip_adduction", "knee_flexion", "apparent_valgus", "thigh_flexion")
SE_RATIO = (1.2, 2.2)
"""Of twice the pixel noise.  Less than twice, as a part of the error is not of the pixels at all: where keypoints lie
on the body, which the prior says and no noise changes."""


@pytest.fixture(scope="module")
def trial() -> VirtualTrial:
    return virtual_trial(SEED, seconds=SECONDS, fps=FPS)


@pytest.fixture(scope="module")
def angles(trial: VirtualTrial, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    return processed(write_session(tmp_path_factory.mktemp("session"), trial.rig, trial.main, trial.static))


def in_order(trial: KeypointTrial, order: list[int]) -> KeypointTrial:
    return replace(
        trial,
        cameras=tuple(trial.cameras[c] for c in order),
        uv=trial.uv[order],
        confidence=trial.confidence[order],
        time_s=trial.time_s[order],
        image_sizes=tuple(trial.image_sizes[c] for c in order),
    )


def test_the_order_of_cameras_does_not_matter(trial: VirtualTrial, angles: dict[str, Array], tmp_path: Path) -> None:
    plain = write_session(tmp_path / "plain", trial.rig, trial.main, trial.static)
    shuffled = write_session(
        tmp_path / "shuffled",
        trial.rig.select([trial.rig.names[c] for c in (2, 0, 3, 1)]),
        in_order(trial.main, [3, 1, 0, 2]),
        in_order(trial.static, [1, 3, 2, 0]),
    )
    assert processed(plain).keys() == processed(shuffled).keys() == angles.keys()
    assert (plain / "out/angles.csv").read_bytes() == (shuffled / "out/angles.csv").read_bytes()


def mirrored_camera(camera: Camera) -> Camera:
    """The camera's mirror image in the world's plane x = 0: its picture is mirrored left to right."""
    mirror = np.diag([-1.0, 1.0, 1.0])
    R, t = camera.T_camera_world[:3, :3], camera.T_camera_world[:3, 3]
    matrix = camera.matrix.copy()
    matrix[0, 2] = camera.size[0] - 1 - matrix[0, 2]
    distortion = camera.distortion.copy()
    distortion[3] *= -1.0
    T_camera_world = se3.compose(mirror @ R @ mirror, mirror @ t)
    return replace(camera, matrix=matrix, distortion=distortion, T_camera_world=T_camera_world)


def mirrored_trial(trial: KeypointTrial) -> KeypointTrial:
    partner = np.arange(len(trial.keypoint_set))
    for left, right in trial.keypoint_set.left_right_pairs:
        partner[[left, right]] = right, left
    widths = np.array([size[0] for size in trial.image_sizes if size is not None])
    uv = trial.uv[..., partner, :].copy()
    uv[..., 0] = widths[:, None, None, None] - 1 - uv[..., 0]
    return replace(trial, uv=uv, confidence=trial.confidence[..., partner])


def test_a_mirrored_person_has_the_other_leg_s_angles(
    trial: VirtualTrial, angles: dict[str, Array], tmp_path: Path
) -> None:
    rig = Rig(tuple(mirrored_camera(camera) for camera in trial.rig.cameras))
    mirrored = processed(
        write_session(tmp_path, rig, mirrored_trial(trial.main), mirrored_trial(trial.static)),
    )
    for name in ANGLE_NAMES:
        other = re.sub("_([rl])$", lambda side: "_l" if side[1] == "r" else "_r", name)
        sign = -1.0 if name in FLIPPED_BY_A_MIRROR else 1.0
        np.testing.assert_allclose(sign * mirrored[other], angles[name], atol=1e-6, err_msg=name)
        np.testing.assert_allclose(mirrored[f"{other}_se"], angles[f"{name}_se"], atol=1e-6, err_msg=name)


def test_a_turned_laboratory_has_the_same_angles(trial: VirtualTrial, angles: dict[str, Array], tmp_path: Path) -> None:
    turn = np.deg2rad(37.0)
    R = np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
    T_turned_world = se3.compose(R, np.zeros(3))
    turned = tuple(
        replace(camera, T_camera_world=camera.T_camera_world @ se3.invert(T_turned_world))
        for camera in trial.rig.cameras
    )
    found = processed(write_session(tmp_path, Rig(turned), trial.main, trial.static))
    for name in ANGLE_NAMES:
        if name not in DIRECTIONS_IN_THE_LABORATORY:
            np.testing.assert_allclose(found[name], angles[name], atol=1e-6, err_msg=name)
            np.testing.assert_allclose(found[f"{name}_se"], angles[f"{name}_se"], atol=1e-6, err_msg=name)
    heading = found["pelvis_rotation"] - angles["pelvis_rotation"]
    assert np.median(heading) == pytest.approx(37.0, abs=4.0)


def test_twice_the_pixel_noise_is_twice_the_error(
    trial: VirtualTrial, angles: dict[str, Array], tmp_path: Path
) -> None:
    noisy = virtual_trial(SEED, seconds=SECONDS, fps=FPS, detector=LAB.times(2.0))
    found = processed(write_session(tmp_path, noisy.rig, noisy.main, noisy.static))
    for name in MEASURED:
        for side in "rl":
            column = f"{name}_{side}_se"
            assert SE_RATIO[0] < np.median(found[column] / angles[column]) < SE_RATIO[1], column


def test_coco_keypoints_say_nothing_about_feet(trial: VirtualTrial, tmp_path: Path) -> None:
    coco = keypoint_set("coco_17")
    columns = [trial.main.keypoint_set.index(name) for name in coco.names]

    def without_feet(full: KeypointTrial) -> KeypointTrial:
        return replace(full, keypoint_set=coco, uv=full.uv[..., columns, :], confidence=full.confidence[..., columns])

    found = processed(
        write_session(tmp_path, trial.rig, without_feet(trial.main), without_feet(trial.static)),
        *("--keypoint-set", "coco_17"),
    )
    for side in "rl":
        for known in ("hip_adduction", "knee_flexion", "apparent_valgus"):
            assert np.isfinite(found[f"{known}_{side}"]).all()
        for unknown in ("ankle_dorsiflexion", "ankle_inversion", "ankle_toe_in"):
            assert np.isnan(found[f"{unknown}_{side}"]).all()
            assert observability(tmp_path / "out", f"{unknown}_{side}") == {"prior"}


def test_without_a_static_trial_errors_are_larger(
    trial: VirtualTrial, angles: dict[str, Array], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_session(tmp_path, trial.rig, trial.main, trial.static)
    assert process(tmp_path) == 0
    assert "notice: no --static trial" in capsys.readouterr().err
    found = read_angles(tmp_path / "out")
    for side in "rl":
        assert np.median(found[f"hip_adduction_{side}_se"]) > np.median(angles[f"hip_adduction_{side}_se"])
