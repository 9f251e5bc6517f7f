"""Angles from joint centres against a leg that is put together from chosen angles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from reconstruct.angle_names import angle_index
from reconstruct.centre_angles import angles_from_centres

MIRROR = np.diag([1.0, 1.0, -1.0])
WORLD_OF_GROUND = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
angle = st.floats(-0.6, 0.6)


def body(side: str, hip, knee, heading: float) -> dict[str, np.ndarray]:
    """Centres of a body with an untilted pelvis: `hip` and `knee` are (flexion, adduction, rotation), radians."""
    pelvis = WORLD_OF_GROUND @ Rotation.from_euler("Y", heading).as_matrix()
    hip_R = Rotation.from_euler("ZXY", hip).as_matrix()
    knee_R = Rotation.from_euler("ZXY", np.asarray(knee) * (-1.0, 1.0, 1.0)).as_matrix()
    if side == "l":
        hip_R, knee_R = MIRROR @ hip_R @ MIRROR, MIRROR @ knee_R @ MIRROR
    femur = pelvis @ hip_R
    tibia = femur @ knee_R
    points = {}
    for letter, sign in (("R", 1.0), ("L", -1.0)):
        hip_point = np.array([0.0, 0.0, 0.9]) + sign * 0.09 * pelvis[:, 2]
        knee_point = hip_point - 0.42 * femur[:, 1]
        points |= {
            f"{letter}Hip": hip_point,
            f"{letter}Knee": knee_point,
            f"{letter}Ankle": knee_point - 0.4 * tibia[:, 1],
        }
    return {name: point[None] for name, point in points.items()}


def angles_deg(side: str, points) -> dict[str, float]:
    values = np.rad2deg(angles_from_centres(1, points))[0]
    names = ("hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "apparent_valgus", "thigh_flexion")
    return {name: float(values[angle_index(f"{name}_{side}")]) for name in names}


@given(st.sampled_from("rl"), st.tuples(angle, angle, angle), st.tuples(st.floats(0.0, 1.8), angle, angle), angle)
def test_adduction_and_apparent_valgus_are_exact(side, hip, knee, heading):
    found = angles_deg(side, body(side, hip, knee, heading))
    assert found["hip_adduction"] == pytest.approx(np.rad2deg(hip[1]), abs=1e-6)
    flexion, adduction, rotation = knee[0], knee[1], hip[2]
    valgus = np.sin(rotation) * np.sin(flexion) * np.cos(adduction) - np.cos(rotation) * np.sin(adduction)
    assert found["apparent_valgus"] == pytest.approx(np.rad2deg(np.arcsin(valgus)), abs=1e-6)


@given(st.sampled_from("rl"), angle, st.floats(-0.2, 1.8), angle)
def test_flexion_is_exact_without_axial_rotation(side, adduction, flexion, heading):
    found = angles_deg(side, body(side, (0.3, adduction, 0.0), (flexion, 0.0, 0.4), heading))
    assert found["knee_flexion"] == pytest.approx(np.rad2deg(flexion), abs=1e-6)


@pytest.mark.parametrize("side", ["r", "l"])
def test_thigh_flexion_is_hip_flexion_of_an_upright_untilted_body(side):
    found = angles_deg(side, body(side, (0.7, 0.0, 0.0), (1.0, 0.0, 0.0), heading=1.1))
    assert found["thigh_flexion"] == pytest.approx(np.rad2deg(0.7), abs=1e-9)


@pytest.mark.parametrize("side", ["r", "l"])
def test_the_split_that_centres_cannot_see_stays_unknown(side):
    found = angles_deg(side, body(side, (0.3, 0.1, 0.1), (0.5, 0.1, 0.0), heading=0.0))
    assert np.isnan([found["hip_rotation"], found["knee_adduction"]]).all()


def test_pelvis_and_trunk():
    points = body("r", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), heading=0.3)
    forward = np.array([-np.sin(0.3), np.cos(0.3), 0.0])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    lean = np.array([0.0, 0.0, 0.9]) + 0.5 * (np.cos(0.2) * np.array([0.0, 0.0, 1.0]) + np.sin(0.2) * right)
    values = angles_from_centres(1, {**points, "Neck": lean[None]})[0]
    assert values[angle_index("pelvis_rotation")] == pytest.approx(0.3)
    assert values[angle_index("pelvis_list")] == pytest.approx(0.0, abs=1e-12)
    assert values[angle_index("trunk_lean")] == pytest.approx(0.2)
    dropped = {**points, "RHip": points["RHip"] - [0.0, 0.0, 0.03]}
    values = angles_from_centres(1, dropped)[0]
    assert values[angle_index("pelvis_list")] == pytest.approx(np.arctan2(0.03, 0.18) * np.cos(0.3), rel=0.02)


def test_a_missing_centre_leaves_its_angles_unknown():
    points = body("r", (0.3, 0.1, 0.1), (0.5, 0.1, 0.0), heading=0.0)
    del points["RAnkle"]
    found = angles_deg("r", points)
    assert np.isnan(found["knee_flexion"])
    assert np.isfinite(found["hip_adduction"])
    assert np.isfinite(angles_deg("l", points)["knee_flexion"])
