"""Drift watch: quiet on a good rig, and the right name when a tripod is bumped."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.drift import BASELINE_FRAMES, DriftAlarm, DriftWatch, turn_evidence
from geometry import se3
from geometry.camera_model import project
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


def _alarms(real: Rig, noise_px: float = 2.0) -> list[tuple[int, DriftAlarm]]:
    """Alarms of a session in which the cameras stand as `RIG` says until BUMPED_AT, and as `real` from then on.

    Every keypoint of every view has a lasting bias and a fresh error, both of `noise_px`.
    """
    rng, watch, alarms = np.random.default_rng(0), DriftWatch(RIG.names), list[tuple[int, DriftAlarm]]()
    bias = rng.normal(0.0, noise_px, (4, POINTS.shape[1], 2))
    for f, points in enumerate(POINTS):
        cameras = (RIG if f < BUMPED_AT else real).arrays
        uv = np.array([project(cameras, c, points) for c in range(4)]) + bias + rng.normal(0.0, noise_px, bias.shape)
        watch, alarm = watch.update(turn_evidence(RIG.arrays, uv, np.ones(uv.shape[:2])))
        if alarm is not None:
            alarms.append((f, alarm))
    return alarms


@pytest.mark.parametrize("noise_px", [1e-3, 2.0, 5.0])
def test_a_good_rig_raises_no_alarm(noise_px: float) -> None:
    assert _alarms(RIG, noise_px) == []


@pytest.mark.parametrize(("noise_px", "frames"), [(1e-3, 60), (2.0, 60), (5.0, 90)])
@pytest.mark.parametrize("camera", range(4))
@pytest.mark.parametrize("axis", range(3), ids=["nod", "pan", "roll"])
def test_a_tripod_bumped_by_a_degree_is_named_soon(camera: int, axis: int, noise_px: float, frames: int) -> None:
    alarms = _alarms(_bumped(camera, np.eye(3)[axis].tolist()), noise_px)
    assert {alarm.camera for _, alarm in alarms} == {RIG.names[camera]}
    assert alarms[0][0] - BUMPED_AT <= frames
    assert "valgus rig register" in str(alarms[0][1])


@pytest.mark.parametrize("axis", range(3), ids=["nod", "pan", "roll"])
def test_the_alarm_says_how_far_the_camera_turned(axis: int) -> None:
    alarms = _alarms(_bumped(0, (2.0 * np.eye(3)[axis]).tolist()), noise_px=0.5)
    assert np.rad2deg(alarms[-1][1].turn_rad) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("axis", [0, 1], ids=["nod", "pan"])
def test_half_a_degree_to_the_side_or_up_is_named(axis: int) -> None:
    alarms = _alarms(_bumped(1, (0.5 * np.eye(3)[axis]).tolist()))
    assert {alarm.camera for _, alarm in alarms} == {RIG.names[1]}


def test_nobody_in_view_says_nothing() -> None:
    watch = DriftWatch(RIG.names)
    empty = turn_evidence(RIG.arrays, np.full((4, 5, 2), np.nan), np.zeros((4, 5)))
    assert np.isnan(empty.variance_px2)
    np.testing.assert_array_equal(empty.turn, 0.0)
    for _ in range(BASELINE_FRAMES + 100):
        watch, alarm = watch.update(empty)
        assert alarm is None
        assert watch.beginning is None


def test_two_cameras_cannot_tell_which_of_them_moved() -> None:
    uv = np.array([project(RIG.arrays, c, POINTS[0]) for c in range(2)])
    assert turn_evidence(Rig(RIG.cameras[:2]).arrays, uv, np.ones(uv.shape[:2])).freedom == 0.0


def test_a_small_turn_is_measured_exactly() -> None:
    """Without noise the evidence of one instant is the turn itself, about whichever axis."""
    turn_deg = [0.02, -0.03, 0.05]
    real = _bumped(2, turn_deg)
    uv = np.array([project(real.arrays, c, POINTS[0]) for c in range(4)])
    evidence = turn_evidence(RIG.arrays, uv, np.ones(uv.shape[:2]))
    np.testing.assert_allclose(np.rad2deg(evidence.turn[2]), turn_deg, rtol=0.01)


def test_misses_are_those_of_least_squares_points() -> None:
    """Against the noise that was put in: with its degrees of freedom the variance is unbiased."""
    rng = np.random.default_rng(1)
    total = None
    for points in POINTS[::4]:
        uv = np.array([project(RIG.arrays, c, points) for c in range(4)])
        noisy = turn_evidence(RIG.arrays, uv + rng.normal(0.0, 3.0, uv.shape), np.ones(uv.shape[:2]))
        total = noisy if total is None else total + noisy
    assert total is not None
    assert total.variance_px2 == pytest.approx(9.0, rel=0.05)
