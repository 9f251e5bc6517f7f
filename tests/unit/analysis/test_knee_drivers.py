"""Shares of joint angles in the knee's displacement: they add up, agree with brute force and with the planar metric."""

from collections.abc import Callable
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from analysis.kernels.knee_drivers import first_order, medial_displacement, shapley
from analysis.knee_drivers import DRIVERS, knee_drivers
from analysis.planar_metrics import PLANAR_METRICS, planar_metrics
from reconstruct.kernels.skeleton import DOF_NAMES

Array = NDArray[np.float64]

THIGH, SHANK = 0.41, 0.40
NAMES = [metric.name for metric in PLANAR_METRICS]


def angles(limit: float) -> st.SearchStrategy[Array]:
    return st.lists(st.floats(-limit, limit), min_size=6, max_size=6).map(np.array)


def some_mixture_stands_on_nothing(sagittal: tuple[float, float, float], players: Array, reference: Array) -> bool:
    """Whether the ankle of some mixture of both is not below the hip."""
    mixtures = (np.where(chosen, players, reference) for chosen in product((False, True), repeat=6))
    return any(np.isnan(medial_displacement(*sagittal, mixed, THIGH, SHANK)) for mixed in mixtures)


@settings(deadline=None)  # the first example compiles
@example(0.375, 1.1875, 0.0, np.array([0.0, 0.0, 0.0, 0.0, 0.25, -0.25]), np.zeros(6))
@given(st.floats(-0.4, 0.4), st.floats(-0.3, 1.2), st.floats(0.0, 1.6), angles(0.4), angles(0.2))
def test_shares_add_up(tilt: float, hip: float, knee: float, players: Array, reference: Array) -> None:
    parts = np.empty(6)
    now = shapley(tilt, hip, knee, players, reference, THIGH, SHANK, parts)
    before = medial_displacement(tilt, hip, knee, reference, THIGH, SHANK)
    if some_mixture_stands_on_nothing((tilt, hip, knee), players, reference):
        assert np.isnan(parts).any()
        return
    assert parts.sum() == pytest.approx(now - before, abs=1e-14)
    assert parts[DRIVERS.index("knee_rotation")] == 0.0


def test_shares_are_the_mean_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    players, reference = rng.normal(0.0, 0.2, 6), rng.normal(0.0, 0.1, 6)
    parts, expected = np.empty(6), np.zeros(6)
    shapley(0.1, 0.8, 1.1, players, reference, THIGH, SHANK, parts)
    orders = list(permutations(range(6)))
    for order in orders:
        mixed = reference.copy()
        for player in order:
            before = medial_displacement(0.1, 0.8, 1.1, mixed, THIGH, SHANK)
            mixed[player] = players[player]
            expected[player] += medial_displacement(0.1, 0.8, 1.1, mixed, THIGH, SHANK) - before
    np.testing.assert_allclose(parts, expected / len(orders), atol=1e-15)


@pytest.mark.parametrize("flexion_deg", [10.0, 45.0, 70.0, 90.0])
def test_small_angles_agree_with_the_linear_formula(flexion_deg: float) -> None:
    knee = np.radians(flexion_deg)
    slopes, parts = np.empty(6), np.empty(6)
    first_order(0.0, knee / 2, knee, THIGH, SHANK, slopes)
    players = np.radians([2.0, 2.0, -2.0, 2.0, 0.0, 0.0])
    shapley(0.0, knee / 2, knee, players, np.zeros(6), THIGH, SHANK, parts)
    np.testing.assert_allclose(parts, slopes * players, atol=6e-4)


@pytest.mark.parametrize("side", ["r", "l"])
def test_displacement_is_that_of_the_planar_metrics(motion: BodyMotion, side: str) -> None:
    found = knee_drivers(motion, np.zeros(27), side)
    planar = planar_metrics(motion)
    column = NAMES.index(f"knee_medial_displacement_{side}")
    np.testing.assert_allclose(found.displacement, planar.values[:, column], atol=1e-9)
    ratio = found.displacement_se / planar.standard_error[:, column]
    assert 0.8 < np.median(ratio) < 1.25


@pytest.mark.parametrize("driver", ["hip_adduction", "hip_rotation", "knee_adduction"])
@pytest.mark.parametrize("side", ["r", "l"])
def test_one_angle_alone_is_the_only_driver(bend: Callable[..., BodyMotion], driver: str, side: str) -> None:
    sign = -1.0 if driver == "knee_adduction" else 1.0
    found = knee_drivers(bend(**{f"{driver}_{side}": sign * 8.0}), bend().q[0], side)
    own = DRIVERS.index(driver)
    assert found.parts[0, own] > 5.0
    np.testing.assert_allclose(np.delete(found.parts[0], own), 0.0, atol=1e-9)


def test_deep_in_a_squat_the_sum_is_tighter_than_its_parts(bend: Callable[..., BodyMotion]) -> None:
    motion = bend()
    rotation, adduction = np.zeros(27), np.zeros(27)
    rotation[DOF_NAMES.index("hip_rotation_r")] = 1.0
    adduction[DOF_NAMES.index("knee_adduction_r")] = 1.0
    # What the views cannot tell apart: hip rotation up and knee adduction up leave the shank where it is.
    blind = rotation + np.sin(np.radians(80.0)) * adduction
    motion.covariance[:] = 0.06**2 * np.outer(blind, blind) + 0.005**2 * np.eye(27)
    found = knee_drivers(motion, motion.q[0], "r")
    assert found.displacement_se[0] < 0.3 * found.parts_se[0, DRIVERS.index("hip_rotation")]
