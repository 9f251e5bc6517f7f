"""Forward kinematics and its derivatives against independent ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from reconstruct.estimator.priors import KneeCoupling
from reconstruct.kernels import kinematics
from reconstruct.kernels.skeleton import (
    BODY_POINTS,
    DOF_NAMES,
    N_DOF,
    N_GEOMETRY,
    N_PIVOTS,
    POINT_DOF_COUNT,
    POINT_DOFS,
    SUBTALAR_AXIS,
    SUBTALAR_OFFSET,
    TALOCRURAL_AXIS,
    offset_index,
)
from reconstruct.reference_body import reference_geometry

Array = NDArray[np.float64]

COUPLING = KneeCoupling().array
MIRROR = np.diag([1.0, 1.0, -1.0])
WORLD_FROM_GROUND = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])


def frames_of(q: Array, geometry: Array) -> tuple[Array, Array, Array, Array]:
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    kinematics.segment_frames(q, geometry, COUPLING, R, origins, axes, pivots)
    return R, origins, axes, pivots


def random_pose(seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    mean, sd = reference_geometry(0.85)
    return rng.normal(0, 0.5, N_DOF), mean + rng.normal(0, 1, N_GEOMETRY) * sd


def leg_points(q: Array, geometry: Array, side: str) -> dict[str, Array]:
    """Points of one leg from scipy rotations, the left leg as the mirror image of a right one."""
    value = {name: q[i] for i, name in enumerate(DOF_NAMES)}
    mirror = np.eye(3) if side == "r" else MIRROR

    def joint(rotation: Rotation) -> Array:
        return mirror @ rotation.as_matrix() @ mirror

    def leg(name: str) -> float:
        return value[f"{name}_{side}"]

    pelvis = (
        WORLD_FROM_GROUND
        @ Rotation.from_euler("YXZ", [value["pelvis_heading"], value["pelvis_roll"], value["pelvis_pitch"]]).as_matrix()
    )
    femur = pelvis @ joint(Rotation.from_euler("ZXY", [leg("hip_flexion"), leg("hip_adduction"), leg("hip_rotation")]))
    adduction, _, course, _ = kinematics.knee_coupling(leg("knee_flexion"), COUPLING)
    rotation, shortening = COUPLING[1:3] * course
    tibia = femur @ joint(
        Rotation.from_euler(
            "ZXY", [-leg("knee_flexion"), leg("knee_adduction") + adduction, leg("knee_rotation") + rotation]
        )
    )
    talus = tibia @ joint(Rotation.from_rotvec(leg("talocrural") * np.array(TALOCRURAL_AXIS)))
    foot = (
        talus
        @ joint(Rotation.from_rotvec(leg("subtalar") * np.array(SUBTALAR_AXIS)))
        @ joint(Rotation.from_euler("Y", leg("midfoot")))
    )
    width, thigh, shank = geometry[0], *geometry[[3, 4] if side == "r" else [5, 6]]
    hip = q[:3] + pelvis @ mirror @ [0, 0, width]
    knee = hip - thigh * femur[:, 1]
    ankle = knee - (shank - shortening) * tibia[:, 1]
    turned = mirror @ SUBTALAR_OFFSET
    foot_origin = ankle + talus @ turned - foot @ turned
    places = {
        "Hip": (hip, pelvis), "Knee": (knee, femur), "Ankle": (ankle, tibia),
        "Heel": (foot_origin, foot), "BigToe": (foot_origin, foot), "SmallToe": (foot_origin, foot),
    }  # fmt: skip
    points: dict[str, Array] = {}
    for part, (place, carrier) in places.items():
        first = offset_index(side.upper() + part)
        points[side.upper() + part] = place + carrier @ geometry[first : first + 3]
    return points


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("side", ["r", "l"])
def test_leg_points_agree_with_scipy_rotations(seed: int, side: str) -> None:
    q, geometry = random_pose(seed)
    points = kinematics.body_points(q, geometry, COUPLING)
    for name, expected in leg_points(q, geometry, side).items():
        np.testing.assert_allclose(points[BODY_POINTS.index(name)], expected, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("seed", range(3))
def test_point_jacobian_agrees_with_finite_differences(seed: int) -> None:
    q, geometry = random_pose(seed)
    _, _, axes, pivots = frames_of(q, geometry)
    points = kinematics.body_points(q, geometry, COUPLING)
    step = 1e-6
    for j in range(N_DOF):
        shift = step * np.eye(N_DOF)[j]
        numeric = (
            kinematics.body_points(q + shift, geometry, COUPLING)
            - kinematics.body_points(q - shift, geometry, COUPLING)
        ) / (2 * step)
        for k, point in enumerate(points):
            jacobian = np.zeros((kinematics.MAX_POINT_DOFS, 3))
            kinematics.point_jacobian(k, point, axes, pivots, jacobian)
            moved_by = list(POINT_DOFS[k, : POINT_DOF_COUNT[k]])
            analytic = jacobian[moved_by.index(j)] if j in moved_by else np.zeros(3)
            np.testing.assert_allclose(analytic, numeric[k], atol=1e-8, err_msg=f"{BODY_POINTS[k]} {DOF_NAMES[j]}")


@pytest.mark.parametrize("seed", range(3))
def test_geometry_jacobian_agrees_with_finite_differences(seed: int) -> None:
    q, geometry = random_pose(seed)
    R, _, _, _ = frames_of(q, geometry)
    step = 1e-6
    for g in range(N_GEOMETRY):
        shift = step * np.eye(N_GEOMETRY)[g]
        numeric = (
            kinematics.body_points(q, geometry + shift, COUPLING)
            - kinematics.body_points(q, geometry - shift, COUPLING)
        ) / (2 * step)
        for k in range(len(BODY_POINTS)):
            jacobian, columns = np.zeros((kinematics.MAX_POINT_GEOMETRY, 3)), np.full(6, -1)
            count = kinematics.point_geometry_jacobian(k, R, jacobian, columns)
            shaped_by = list(columns[:count])
            analytic = jacobian[shaped_by.index(g)] if g in shaped_by else np.zeros(3)
            np.testing.assert_allclose(analytic, numeric[k], atol=1e-8, err_msg=f"{BODY_POINTS[k]} {g}")


@given(st.floats(-3.2, 3.2), st.integers(0, 50))
def test_turning_the_heading_turns_the_whole_body_about_the_vertical(angle: float, seed: int) -> None:
    q, geometry = random_pose(seed)
    turned = q.copy()
    turned[DOF_NAMES.index("pelvis_heading")] += angle
    R = Rotation.from_euler("z", angle).as_matrix()
    before = kinematics.body_points(q, geometry, COUPLING) - q[:3]
    after = kinematics.body_points(turned, geometry, COUPLING) - q[:3]
    np.testing.assert_allclose(after, before @ R.T, atol=1e-12)


def test_knee_coupling_has_no_step_at_full_extension() -> None:
    bent, hyperextended = kinematics.knee_coupling(1e-9, COUPLING), kinematics.knee_coupling(-1e-9, COUPLING)
    np.testing.assert_allclose(bent, hyperextended, atol=1e-7)


def test_segment_axes_stay_orthonormal() -> None:
    R, _, _, _ = frames_of(*random_pose(1))
    np.testing.assert_allclose(R @ np.swapaxes(R, 1, 2), np.broadcast_to(np.eye(3), (8, 3, 3)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(R), 1.0, atol=1e-12)
