"""Reported angles: conventions, signs, mirror symmetry, error propagation, observability."""

import numpy as np
import pytest
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES, LEG_ANGLES, angle_index
from reconstruct.estimator.priors import KneeCoupling, motion_prior
from reconstruct.joint_angles import AngleReader, observability
from reconstruct.kernels.angles import angle_jacobian, joint_angles
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.skeleton import DOF_NAMES, FEMUR_R, LEG_L, LEG_R, N_DOF, N_GEOMETRY, N_PIVOTS, TRUNK
from reconstruct.types import Observability

Array = NDArray[np.float64]

RIGID_KNEE = KneeCoupling(0.0, 0.0).array
COUPLING = KneeCoupling().array


def angles(q: Array, coupling: Array = RIGID_KNEE) -> Array:
    values = np.empty(len(ANGLE_NAMES))
    joint_angles(q, coupling, values)
    return values


def pose(**degrees: float) -> Array:
    q = np.zeros(N_DOF)
    for name, value in degrees.items():
        q[DOF_NAMES.index(name)] = np.radians(value)
    return q


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize(
    "name", ["hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "knee_rotation"]
)
def test_one_pure_motion_shows_in_its_own_column_with_its_sign(name: str, side: str) -> None:
    found = np.degrees(angles(pose(**{f"{name}_{side}": 12.0})))
    joint = [f"{joint_angle}_{s}" for joint_angle in LEG_ANGLES[:9] for s in "rl"]
    for column in joint:
        expected = 12.0 if column == f"{name}_{side}" else 0.0
        assert found[angle_index(column)] == pytest.approx(expected, abs=1e-9), column


@pytest.mark.parametrize("side", ["r", "l"])
def test_apparent_valgus_is_the_combination_that_joint_centres_can_see(side: str) -> None:
    hip, knee, adduction = np.radians([9.0, 65.0, -4.0])
    q = pose(
        **{f"hip_rotation_{side}": 9.0, f"knee_flexion_{side}": 65.0, f"knee_adduction_{side}": -4.0},
        hip_flexion_r=70.0, hip_flexion_l=70.0, pelvis_pitch=-20.0,
    )  # fmt: skip
    expected = np.arcsin(np.sin(hip) * np.sin(knee) * np.cos(adduction) - np.cos(hip) * np.sin(adduction))
    assert angles(q)[angle_index(f"apparent_valgus_{side}")] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_knee_angles_are_those_of_grood_and_suntay(seed: int) -> None:
    """Their joint system (1983, J Biomech Eng 105:136) from the femur's z, the tibia's y and the floating axis."""
    q = np.random.default_rng(seed).normal(0.0, 0.4, N_DOF)
    q[DOF_NAMES.index("knee_flexion_r")] = 0.2 + 0.25 * seed
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    segment_frames(q, np.zeros(N_GEOMETRY), COUPLING, R, origins, np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3)))
    femur, tibia = R[FEMUR_R], R[FEMUR_R + 1]
    e1, e3 = femur[:, 2], tibia[:, 1]
    e2 = np.cross(e3, e1)
    expected = {
        "knee_flexion_r": -np.arctan2(e2 @ femur[:, 1], e2 @ femur[:, 0]),
        "knee_adduction_r": np.arcsin(e1 @ e3),
        "knee_rotation_r": np.arctan2(e2 @ tibia[:, 2], e2 @ tibia[:, 0]),
    }
    found = angles(q, COUPLING)
    for name, value in expected.items():
        assert found[angle_index(name)] == pytest.approx(value, abs=1e-12), name


def test_pelvis_and_trunk_signs() -> None:
    found = np.degrees(angles(pose(pelvis_pitch=10.0)))
    assert found[angle_index("pelvis_tilt")] == pytest.approx(10.0)
    assert found[angle_index("anterior_tilt")] == pytest.approx(-10.0)
    down_right = angles(pose(pelvis_roll=5.0))
    assert np.degrees(down_right[angle_index("pelvis_list")]) == pytest.approx(5.0)
    assert np.degrees(angles(pose(trunk_bending=8.0))[angle_index("trunk_lean")]) == pytest.approx(8.0)
    assert np.degrees(angles(pose(hip_flexion_l=30.0))[angle_index("thigh_flexion_l")]) == pytest.approx(30.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_mirrored_pose_exchanges_the_legs(seed: int) -> None:
    q = np.random.default_rng(seed).normal(0, 0.4, N_DOF)
    mirrored = q.copy()
    mirrored[LEG_R:LEG_L], mirrored[LEG_L:] = q[LEG_L:], q[LEG_R:LEG_L]
    for name in ("pelvis_heading", "pelvis_roll", "trunk_bending", "trunk_axial"):
        mirrored[DOF_NAMES.index(name)] *= -1
    direct, swapped = angles(q, COUPLING), angles(mirrored, COUPLING)
    for name in LEG_ANGLES:
        for one, other in (("r", "l"), ("l", "r")):
            difference = direct[angle_index(f"{name}_{one}")] - swapped[angle_index(f"{name}_{other}")]
            assert difference == pytest.approx(0, abs=1e-12), name
    assert swapped[angle_index("pelvis_tilt")] == pytest.approx(direct[angle_index("pelvis_tilt")])
    assert swapped[angle_index("pelvis_list")] == pytest.approx(-direct[angle_index("pelvis_list")])
    assert swapped[angle_index("trunk_lean")] == pytest.approx(-direct[angle_index("trunk_lean")])


def test_joint_angles_do_not_depend_on_heading() -> None:
    q = np.random.default_rng(3).normal(0, 0.4, N_DOF)
    turned = q + pose(pelvis_heading=37.0)
    legs = slice(0, 2 * len(LEG_ANGLES))
    np.testing.assert_allclose(angles(turned, COUPLING)[legs], angles(q, COUPLING)[legs], atol=1e-12)


def test_jacobian_agrees_with_differences_of_another_step() -> None:
    q = np.random.default_rng(2).normal(0, 0.3, N_DOF)
    jacobian = np.empty((len(ANGLE_NAMES), N_DOF))
    angle_jacobian(q, COUPLING, jacobian)
    for j in range(N_DOF):
        shift = 1e-4 * np.eye(N_DOF)[j]
        numeric = (angles(q + shift, COUPLING) - angles(q - shift, COUPLING)) / 2e-4
        np.testing.assert_allclose(jacobian[:, j], numeric, atol=1e-6)


def test_standard_errors_of_direct_angles_are_those_of_the_degrees_of_freedom() -> None:
    sd = np.radians(np.linspace(1, 4, N_DOF))
    _, standard_error, _ = AngleReader(motion_prior(), feet_seen=True).read_all(
        np.zeros((1, N_DOF)), np.diag(sd**2)[None]
    )
    for name in ("hip_adduction_r", "hip_rotation_l", "knee_flexion_l"):
        assert standard_error[0, angle_index(name)] == pytest.approx(sd[DOF_NAMES.index(name)])


def test_without_feet_the_ankle_is_unknown() -> None:
    values, standard_error, classes = AngleReader(motion_prior(), feet_seen=False).read_all(
        np.zeros((1, N_DOF)), 1e-4 * np.eye(N_DOF)[None]
    )
    for column, name in enumerate(ANGLE_NAMES):
        assert np.isnan(values[0, column]) == name.startswith("ankle_")
        assert np.isnan(standard_error[0, column]) == name.startswith("ankle_")
    assert classes[0, angle_index("ankle_inversion_l")] == Observability.PRIOR


def test_a_pose_that_is_unknown_gives_unknown_angles() -> None:
    values, standard_error, classes = AngleReader(motion_prior(), feet_seen=True).read_all(
        np.full((1, N_DOF), np.nan), np.full((1, N_DOF, N_DOF), np.nan)
    )
    assert np.isnan(values).all()
    assert np.isnan(standard_error).all()
    assert (classes == Observability.PRIOR).all()


def test_observability_thresholds() -> None:
    explained = np.array([0.76, 0.74, 0.41, 0.39, -0.2, np.nan])
    expected = [Observability[word] for word in ("MEASURED", "PARTIAL", "PARTIAL", "PRIOR", "PRIOR", "PRIOR")]
    assert list(observability(1 - explained, np.ones(6))) == expected


def test_trunk_indices_are_where_the_tables_say() -> None:
    assert DOF_NAMES[TRUNK] == "trunk_extension"
    assert DOF_NAMES[LEG_R] == "hip_flexion_r"
    assert DOF_NAMES[LEG_L] == "hip_flexion_l"
