"""Angles go in, angles come out: against scipy's rotations, one joint at a time, on both sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from reconstruct.angle_names import ANGLE_NAMES
from valgus.virtual_lab import truth
from valgus.virtual_lab.kinematics import HALPE_26, keypoints, segments
from valgus.virtual_lab.person import Person, Posture, virtual_person
from valgus.virtual_lab.rotations import MIRROR, R_WORLD_GROUND, from_zxy, to_zxy

LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "knee_rotation")
ANKLE = ("ankle_dorsiflexion", "ankle_inversion", "ankle_toe_in")


@pytest.fixture
def hinged() -> Person:
    """A person whose knee bends about its anatomical axis, so that angles are what they are set to."""
    return replace(virtual_person(3), hinge=np.zeros((2, 2)))


def neutral(frames: int = 1) -> Posture:
    def zeros(*shape: int) -> np.ndarray:
        return np.zeros((frames, *shape))

    return Posture(zeros(3), zeros(3), zeros(3), zeros(), zeros(), zeros(2, 3), zeros(2, 3), zeros(2, 3))


def moved(name: str, degrees: float) -> Posture:
    posture = neutral()
    joint, column = name.split("_")[0], (LEG + ANKLE).index(name[:-2]) % 3
    getattr(posture, joint)[0, "rl".index(name[-1]), column] = np.deg2rad(degrees)
    return posture


def measured(person: Person, posture: Posture) -> dict[str, float]:
    return dict(zip(ANGLE_NAMES, np.rad2deg(truth.angles(segments(person, posture))[0]), strict=True))


def points(person: Person, posture: Posture) -> dict[str, np.ndarray]:
    return dict(zip(HALPE_26.names, keypoints(person, posture)[0], strict=True))


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize("name", LEG + ANKLE)
@pytest.mark.parametrize("degrees", [-15.0, 40.0])
def test_one_joint_moves_one_column(hinged: Person, name: str, side: str, degrees: float) -> None:
    angles = measured(hinged, moved(f"{name}_{side}", degrees))
    # Compositions of the same rotation: what the whole leg does against the vertical or against the pelvis.
    follows = {"hip_flexion": {"thigh_flexion": degrees}, "knee_adduction": {"apparent_valgus": -degrees}}.get(name, {})
    expected = dict.fromkeys(ANGLE_NAMES, 0.0) | {f"{name}_{side}": degrees}
    expected |= {f"{other}_{side}": value for other, value in follows.items()}
    assert angles == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("name", "column"), [("pelvis_tilt", 0), ("pelvis_list", 1), ("pelvis_rotation", 2)])
def test_pelvis_moves_its_own_column(hinged: Person, name: str, column: int) -> None:
    posture = neutral()
    posture.pelvis[0, column] = np.deg2rad(12.0)
    angles = measured(hinged, posture)
    moving = {angle for angle in ANGLE_NAMES if abs(angles[angle]) > 1e-9 and not angle.startswith("thigh")}
    assert angles[name] == pytest.approx(12.0)
    assert moving == {"pelvis_tilt": {name, "anterior_tilt"}, "pelvis_list": {name, "trunk_lean"}}.get(name, {name})


def test_signs_seen_from_outside(hinged: Person) -> None:
    """The person faces +y, so right is +x; each motion must move the foot or knee the way its name says."""
    for side, lateral in (("R", 1.0), ("L", -1.0)):
        still = points(hinged, neutral())
        shift = {
            name: points(hinged, moved(f"{name}_{side.lower()}", 20.0))[side + point] - still[side + point]
            for name, point in [
                ("hip_flexion", "Knee"),
                ("hip_adduction", "Knee"),
                ("hip_rotation", "BigToe"),
                ("knee_flexion", "Ankle"),
                ("knee_adduction", "Ankle"),
                ("knee_rotation", "BigToe"),
                ("ankle_dorsiflexion", "BigToe"),
                ("ankle_inversion", "SmallToe"),
                ("ankle_toe_in", "BigToe"),
            ]
        }
        assert shift["hip_flexion"][1] > 0.1, "the knee goes forward"
        assert shift["knee_flexion"][1] < -0.1, "the ankle goes back"
        assert shift["ankle_dorsiflexion"][2] > 0.04, "the toe goes up"
        for inward in ("hip_adduction", "hip_rotation", "knee_adduction", "knee_rotation", "ankle_toe_in"):
            assert lateral * shift[inward][0] < -0.03, f"{inward} goes to the middle"
        assert shift["ankle_inversion"][2] < -0.01, "the outer edge of the foot goes down"


def test_posterior_tilt_and_right_side_down(hinged: Person) -> None:
    tilted, listing, leaning = neutral(), neutral(), neutral()
    tilted.pelvis[0, 0] = listing.pelvis[0, 1] = leaning.trunk[0, 1] = np.deg2rad(10.0)
    assert points(hinged, tilted)["Neck"][1] < -0.05, "the trunk goes back with the pelvis"
    right, left = (points(hinged, listing)[name][2] for name in ("RHip", "LHip"))
    assert right < left - 0.02
    assert measured(hinged, leaning)["trunk_lean"] == pytest.approx(10.0)
    assert points(hinged, leaning)["Neck"][0] > 0.05, "the trunk leans to the right"


def test_left_is_the_mirror_image_of_right(hinged: Person) -> None:
    symmetric = replace(hinged, thigh=np.full(2, 0.42), shank=np.full(2, 0.4), foot=np.stack([hinged.foot[0]] * 2))
    rng = np.random.default_rng(1)
    posture = neutral()
    for joint in (posture.hip, posture.knee, posture.ankle):
        joint[0] = rng.normal(0.0, 0.3, 3)
    seen = points(symmetric, posture)
    for name in HALPE_26.names:
        if name.startswith("R"):
            np.testing.assert_allclose(seen["L" + name[1:]], seen[name] * [-1.0, 1.0, 1.0], atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(arrays(float, (4, 3), elements=st.floats(-1.4, 1.4)))
def test_joint_angles_against_scipy(angles: np.ndarray) -> None:
    """Frames chained by scipy's own Euler conventions give the same segments and the same angles."""
    person = replace(virtual_person(5), hinge=np.zeros((2, 2)))
    posture = neutral()
    posture.pelvis[0], posture.hip[0], posture.knee[0], posture.ankle[0] = angles
    body = segments(person, posture)
    pelvis = Rotation.from_matrix(R_WORLD_GROUND) * Rotation.from_euler("ZXY", angles[0])
    femur = pelvis * Rotation.from_euler("ZXY", angles[1])
    tibia = femur * Rotation.from_euler("ZXY", angles[2] * [-1.0, 1.0, 1.0])
    foot = tibia * Rotation.from_euler("ZXY", angles[3])
    for ours, oracle in zip((body.femur, body.tibia, body.foot), (femur, tibia, foot), strict=True):
        np.testing.assert_allclose(ours[0, 0], oracle.as_matrix(), atol=1e-12)
    left = pelvis * Rotation.from_matrix(MIRROR @ Rotation.from_euler("ZXY", angles[1]).as_matrix() @ MIRROR)
    np.testing.assert_allclose(body.femur[0, 1], left.as_matrix(), atol=1e-12)
    columns = [ANGLE_NAMES.index(f"{name}_{side}") for side in "rl" for name in LEG + ANKLE]
    expected = np.tile(np.concatenate([angles[1], angles[2], angles[3]]), 2)
    np.testing.assert_allclose(truth.angles(body)[0, columns], expected, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(arrays(float, 3, elements=st.floats(-1.5, 1.5)))
def test_decomposition_undoes_composition(angles: np.ndarray) -> None:
    np.testing.assert_allclose(to_zxy(from_zxy(angles)), angles, atol=1e-9)


def test_apparent_valgus_is_what_the_formula_says() -> None:
    """asin(sin rot sin flex cos add - cos rot sin add), for a knee whose own axis is tilted too."""
    rng = np.random.default_rng(2)
    posture = neutral(40)
    for joint in (posture.pelvis, posture.hip, posture.knee):
        joint[:] = rng.normal(0.0, 0.4, joint.shape)
    values = truth.angles(segments(virtual_person(7), posture))
    column = {name: values[:, i] for i, name in enumerate(ANGLE_NAMES)}
    for side in "rl":
        rot, flex, add = (column[f"{name}_{side}"] for name in ("hip_rotation", "knee_flexion", "knee_adduction"))
        expected = np.arcsin(np.sin(rot) * np.sin(flex) * np.cos(add) - np.cos(rot) * np.sin(add))
        np.testing.assert_allclose(column[f"apparent_valgus_{side}"], expected, atol=1e-12)


def test_every_frame_is_orthonormal_and_right_handed() -> None:
    posture = neutral(20)
    rng = np.random.default_rng(3)
    for joint in (posture.pelvis, posture.trunk, posture.hip, posture.knee, posture.ankle):
        joint[:] = rng.normal(0.0, 1.0, joint.shape)
    body = segments(virtual_person(1), posture)
    for frames in (body.pelvis, body.trunk, body.head, body.femur, body.tibia, body.foot):
        np.testing.assert_allclose(
            np.swapaxes(frames, -1, -2) @ frames, np.broadcast_to(np.eye(3), frames.shape), atol=1e-12
        )
        np.testing.assert_allclose(np.linalg.det(frames), 1.0, atol=1e-12)


def test_pure_flexion_of_a_tilted_hinge_against_scipy() -> None:
    """The hinge leans 3 degrees in the frontal plane: bending about it also adducts and turns the tibia."""
    person = replace(virtual_person(3), hinge=np.deg2rad([[3.0, 0.0], [3.0, 0.0]]))
    hinge = np.array([0.0, -np.sin(np.deg2rad(3.0)), np.cos(np.deg2rad(3.0))])
    knee = Rotation.from_rotvec(-np.deg2rad(90.0) * hinge).as_euler("ZXY", degrees=True)
    angles = measured(person, moved("knee_flexion_r", 90.0))
    assert [angles[f"{name}_r"] for name in LEG[3:]] == pytest.approx(knee * [-1.0, 1.0, 1.0], abs=1e-9)
    assert abs(angles["knee_adduction_r"]) > 2.0
    assert abs(angles["knee_rotation_r"]) > 2.0
