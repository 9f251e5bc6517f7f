"""Planar metrics against hand-made poses, mirrored ones and Monte Carlo."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from analysis.planar_metrics import PLANAR_METRICS, planar_metrics
from reconstruct.estimator.priors import KneeCoupling
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF
from reconstruct.reference_body import LEG_LENGTH, reference_geometry

Array = NDArray[np.float64]

NAMES = [metric.name for metric in PLANAR_METRICS]
RIGID_KNEE = KneeCoupling(adduction_per_flexion=0.0, rotation_plateau_deg=0.0, shortening_mm=0.0)


def of_pose(**degrees: float) -> dict[str, float]:
    """Metrics of a person standing with these angles, heading somewhere."""
    q = np.zeros((1, N_DOF))
    q[0, 2:4] = 0.9, 0.7
    for name, angle in degrees.items():
        q[0, DOF_NAMES.index(name)] = np.radians(angle)
    geometry, _ = reference_geometry(LEG_LENGTH)
    still = BodyMotion(np.zeros(1), q, np.zeros_like(q), np.zeros((1, N_DOF, N_DOF)), geometry, RIGID_KNEE)
    return dict(zip(NAMES, planar_metrics(still).values[0].tolist(), strict=True))


def test_a_straight_person_has_no_valgus() -> None:
    metrics = of_pose()
    for name in NAMES:
        expected = {"kasr": 1.0, "nksd": 1.0, "ankle_distance": 168.0}.get(name, 0.0)
        assert metrics[name] == pytest.approx(expected, abs=1e-9), name


@pytest.mark.parametrize("side", ["r", "l"])
def test_a_knee_that_caves_in(side: str) -> None:
    metrics = of_pose(**{f"knee_adduction_{side}": -10.0})
    assert metrics[f"fppa_{side}"] == pytest.approx(10.0)
    assert metrics[f"knee_medial_displacement_{side}"] > 30.0
    assert metrics["kasr"] < 0.8
    assert metrics["nksd"] == pytest.approx(1.0)
    other = "l" if side == "r" else "r"
    assert metrics[f"fppa_{other}"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("side", ["r", "l"])
def test_hip_rotation_of_a_bent_leg_looks_like_valgus(side: str) -> None:
    bent = {f"hip_flexion_{side}": 40.0, f"knee_flexion_{side}": 80.0}
    metrics = of_pose(**bent, **{f"hip_rotation_{side}": 10.0})
    assert 5.0 < metrics[f"fppa_{side}"] < 20.0


def test_a_horizontal_thigh_has_no_angle_in_the_frontal_plane() -> None:
    metrics = of_pose(hip_flexion_r=75.0, knee_flexion_r=90.0, hip_flexion_l=65.0, knee_flexion_l=90.0)
    assert np.isnan(metrics["fppa_r"])
    assert np.isfinite(metrics["fppa_l"])
    assert np.isfinite(metrics["knee_medial_displacement_r"])


@pytest.mark.parametrize("side", ["r", "l"])
def test_a_foot_that_rolls_in_carries_the_knee_inward(side: str) -> None:
    rolled = of_pose(**{f"subtalar_{side}": -10.0})
    assert rolled[f"foot_roll_shift_{side}"] > 30.0
    assert rolled[f"knee_over_foot_{side}"] < -30.0
    assert of_pose(**{f"hip_rotation_{side}": 20.0})[f"foot_progression_{side}"] == pytest.approx(20.0)


def test_standard_errors_are_those_of_drawn_poses(motion: BodyMotion) -> None:
    rng = np.random.default_rng(4)
    one = replace(motion, q=motion.q[:1], velocity=motion.velocity[:1], covariance=0.1 * motion.covariance[:1])
    drawn = rng.multivariate_normal(one.q[0], one.covariance[0], 4000)
    many = replace(one, q=drawn, covariance=np.zeros((len(drawn), N_DOF, N_DOF)))
    np.testing.assert_allclose(planar_metrics(one).standard_error[0], planar_metrics(many).values.std(0), rtol=0.08)


def test_an_unknown_pose_has_no_metrics(motion: BodyMotion) -> None:
    lost = replace(motion, q=np.full_like(motion.q, np.nan))
    found = planar_metrics(lost)
    assert np.isnan(found.values).all()
    assert np.isnan(found.standard_error).all()
