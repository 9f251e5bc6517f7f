"""Drift watch: quiet on a good rig, and the right name when a tripod is bumped."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.drift import BASELINE_FRAMES, DriftAlarm, DriftWatch, agreement_residuals
from geometry import se3
from geometry.camera_model import project
from geometry.rays import triangulate_linear
from geometry.rig import Rig
from tests.support.virtual_boards import ring
from tests.support.walker import walker

Array = NDArray[np.float64]

RIG = ring(4)
BUMPED_AT = 160
POINTS = walker(320)


def _bumped(camera: int, turn_deg: list[float]) -> Rig:
    step = se3.compose(se3.rotation_from_vector(np.deg2rad(turn_deg)), np.zeros(3))
    cameras = list(RIG.cameras)
    cameras[camera] = replace(cameras[camera], T_camera_world=step @ cameras[camera].T_camera_world)
    return Rig(tuple(cameras))


def _alarms(real: Rig) -> list[tuple[int, DriftAlarm]]:
    """Alarms of a session in which the cameras stand as `RIG` says until BUMPED_AT, and as `real` from then on."""
    rng, watch, alarms = np.random.default_rng(0), DriftWatch(RIG.names), list[tuple[int, DriftAlarm]]()
    bias = rng.normal(0.0, 2.0, (4, POINTS.shape[1], 2))
    for f, points in enumerate(POINTS):
        cameras = (RIG if f < BUMPED_AT else real).arrays
        uv = np.array([project(cameras, c, points) for c in range(4)]) + bias + rng.normal(0.0, 2.0, bias.shape)
        watch, alarm = watch.update(agreement_residuals(RIG.arrays, uv, np.ones(uv.shape[:2])))
        if alarm is not None:
            alarms.append((f, alarm))
    return alarms


def test_a_good_rig_raises_no_alarm() -> None:
    assert _alarms(RIG) == []


@pytest.mark.parametrize("camera", range(4))
@pytest.mark.parametrize("turn_deg", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], ids=["nod", "pan"])
def test_a_tripod_bumped_by_a_degree_is_named_within_a_second(camera: int, turn_deg: list[float]) -> None:
    alarms = _alarms(_bumped(camera, turn_deg))
    assert {alarm.camera for _, alarm in alarms} == {RIG.names[camera]}
    assert alarms[0][0] - BUMPED_AT < 60
    assert "valgus rig register" in str(alarms[0][1])


def test_nobody_in_view_says_nothing() -> None:
    watch = DriftWatch(RIG.names)
    empty = agreement_residuals(RIG.arrays, np.full((4, 5, 2), np.nan), np.zeros((4, 5)))
    assert np.isnan(empty).all()
    for _ in range(BASELINE_FRAMES + 100):
        watch, alarm = watch.update(empty)
        assert alarm is None


def test_residuals_are_those_of_least_squares_points() -> None:
    """Against triangulation and projection done one point at a time."""
    rng = np.random.default_rng(1)
    uv = np.array([project(RIG.arrays, c, POINTS[0]) for c in range(4)]) + rng.normal(0, 3.0, (4, POINTS.shape[1], 2))
    found = agreement_residuals(RIG.arrays, uv, np.ones(uv.shape[:2]))
    linear = triangulate_linear(RIG.arrays, uv, np.ones(uv.shape[:2]))
    rms = np.sqrt(np.mean([((project(RIG.arrays, c, linear) - uv[c]) ** 2).sum(axis=-1) for c in range(4)], axis=0))
    assert found[0] == pytest.approx(float(np.median(rms)), rel=0.05)
    assert found[0] <= float(np.median(rms)) + 1e-9
