"""Drift watch on people with documented detector noise: quiet while nothing moves, and right about who was bumped."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.drift import DriftAlarm, DriftWatch, turn_evidence
from calibration.formats.aniposelib import read_rig
from geometry import se3
from geometry.camera_model import normalise, project
from geometry.rig import Rig

Array = NDArray[np.float64]

SETS = ["squats1_ring4_lab", "squats1_ring4_harsh", "squats1_qualisys_lab"]


def _alarms(folder: Path, camera: int = 0, turn_deg: Array | None = None) -> list[DriftAlarm]:
    """Alarms of a trial half-way through which a camera is turned; its pixels move as its rays turn."""
    rig = read_rig(folder / "rig.toml")
    with np.load(folder / "keypoints.npz") as recorded:
        uv, confidence = recorded["uv"].astype(np.float64), recorded["conf"].astype(np.float64)
    if turn_deg is not None:
        half = uv.shape[1] // 2
        uv[camera, half:] = _turned(rig, camera, uv[camera, half:], turn_deg)
    watch, alarms = DriftWatch(rig.names), list[DriftAlarm]()
    for f in range(uv.shape[1]):
        watch, alarm = watch.update(turn_evidence(rig.arrays, uv[:, f], confidence[:, f]))
        if alarm is not None:
            alarms.append(alarm)
    return alarms


def _turned(rig: Rig, camera: int, uv: Array, turn_deg: Array) -> Array:
    xy = normalise(rig.arrays, camera, uv.reshape(-1, 2))
    rays = np.column_stack([xy, np.ones(len(xy))]) @ se3.rotation_from_vector(np.deg2rad(turn_deg)).T
    alone = Rig((replace(rig.cameras[camera], T_camera_world=np.eye(4)),))
    return project(alone.arrays, 0, rays).reshape(uv.shape)


@pytest.mark.parametrize("name", SETS)
def test_nothing_moves_and_nothing_is_said(shared_data: Path, name: str) -> None:
    assert _alarms(shared_data / "truth" / name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("axis", range(3), ids=["nod", "pan", "roll"])
@pytest.mark.parametrize("camera", range(4))
def test_a_degree_about_any_axis_is_named(shared_data: Path, name: str, camera: int, axis: int) -> None:
    alarms = _alarms(shared_data / "truth" / name, camera, np.eye(3)[axis])
    names = read_rig(shared_data / "truth" / name / "rig.toml").names
    assert alarms
    assert alarms[0].camera == names[camera]
