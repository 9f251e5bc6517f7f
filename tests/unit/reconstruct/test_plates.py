"""Tag plates in the smoother: derivatives, mounting, what they measure, and strays."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.estimator import smoothing_problem, smoothing_system, trial_smoother
from reconstruct.estimator.plate_mounting import (
    NOT_MOUNTED,
    MountedPlates,
    first_mounts,
    mount_plates,
    segment_poses,
    square,
)
from reconstruct.estimator.plates import CORNER_SD_PX, PlateObservations, observe_plates
from reconstruct.estimator.priors import MotionPrior
from reconstruct.estimator.smoothing_problem import Estimate, TrialProblem
from reconstruct.kernels.rotations import left_jacobian, rotation_of
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, SEGMENTS
from tests.rigs import ring
from tests.support.drawn_trials import CAMERAS, PRIOR, draw_trial, solve

Array = NDArray[np.float64]

PLATES = ("pelvis", "femur_r", "tibia_r", "femur_l", "tibia_l")
SIZE_M = 0.08
CENTRES = np.array(
    [[-0.12, 0.05, 0.0], [0.02, -0.2, 0.09], [0.03, -0.2, 0.07], [0.02, -0.2, -0.09], [0.03, -0.2, -0.07]]
)


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


def outward(centre: Array) -> Array:
    """Orientation of a plate that lies on the skin: its normal away from the bone, its y up the segment."""
    z = np.array([centre[0], 0.0, centre[2]]) / np.hypot(centre[0], centre[2])
    y = np.array([0.0, 1.0, 0.0])
    return np.column_stack([np.cross(y, z), y, z])


def see_plates(rig: Rig, x: Array, geometry: Array, rng: np.random.Generator) -> PlateObservations:
    """Plates as the cameras see them, each from the front only; the skin slides by what is assumed of it."""
    axes, origins = segment_poses(x[:, :N_DOF], geometry, PRIOR.coupling.array)
    time_s = 10.0 * np.arange(len(x), dtype=float)
    corners = np.full((CAMERAS, len(x), len(PLATES), 4, 2), np.nan)
    plates = observe_plates(PLATES, (SIZE_M,) * len(PLATES), corners, time_s)
    slide = rng.normal(0, 1, (len(x), len(PLATES), 4)) / np.sqrt(plates.artefact_precision)
    for i, name in enumerate(PLATES):
        R, o = axes[:, SEGMENTS.index(name)], origins[:, SEGMENTS.index(name)]
        turned = Rotation.from_rotvec(slide[:, i, 3:] * [[0.0, 1.0, 0.0]]).as_matrix() @ outward(CENTRES[i])
        local = (CENTRES[i] + slide[:, i, :3])[:, None] + square(SIZE_M / 2) @ np.swapaxes(turned, 1, 2)
        world = o[:, None] + local @ np.swapaxes(R, 1, 2)
        normal = (R @ turned)[:, :, 2]
        for c in range(CAMERAS):
            camera = -rig.arrays.R[c].T @ rig.arrays.t[c]
            facing = ((camera - world.mean(1)) * normal).sum(1) > 0.4 * np.linalg.norm(camera - world.mean(1), axis=1)
            corners[c, facing, i] = project(rig.arrays, c, world)[facing] + rng.normal(
                0, CORNER_SD_PX, (facing.sum(), 4, 2)
            )
    return replace(plates, corners=corners, gain_sd=np.full((len(PLATES), 4), 1e-4))


def solve_with_plates(
    rig: Rig, seed: int, frames: int = 25, bent_rad: float = 0.0, prior: MotionPrior = PRIOR
) -> tuple[Array, TrialProblem, Estimate, TrialProblem, Estimate, MountedPlates]:
    """True motion, problem and solution without plates, the same with plates, and where these are mounted."""
    seen, x, truth, belief = draw_trial(rig, seed, frames, bent_rad=bent_rad, prior=prior)
    worn = see_plates(rig, x, truth[: len(belief.geometry)], np.random.default_rng(seed))
    alone, at = solve(rig, seen, belief, x[:, :N_DOF], prior)
    problem, start, mounted = mount_plates(alone, at, worn, NOT_MOUNTED)
    return x, alone, at, problem, trial_smoother.descend(problem, start, 15), mounted


def test_normal_equations_are_the_gradient_of_the_cost(rig: Rig) -> None:
    """With hardly any artefact, whose second derivatives the Gauss-Newton elimination leaves out, and at gains of zero,
    as the gains' share that turns with the pose itself is left out as well."""
    x, _, _, problem, at, _ = solve_with_plates(rig, 1, frames=4)
    assert problem.plates is not None
    stiff = replace(problem.plates, artefact_precision=1e4 * problem.plates.artefact_precision)
    problem = replace(problem, plates=stiff)
    rng = np.random.default_rng(2)
    at = Estimate(at.x + rng.normal(0, 1e-3, x.shape), at.globals + rng.normal(0, 1e-4, at.globals.shape))
    at.globals[problem.prior.biases.stop :].reshape(-1, 10)[:, 6:] = 0.0
    without = replace(problem, plates=None)
    analytic_x, analytic_g = smoothing_system.gradient(problem, at)
    other_x, other_g = smoothing_system.gradient(without, at)

    def plates_cost(moved: Estimate) -> float:
        return smoothing_problem.cost(problem, moved) - smoothing_problem.cost(without, moved)

    numeric_x, numeric_g = np.zeros_like(analytic_x), np.zeros_like(analytic_g)
    for index in np.ndindex(*x.shape):
        shift = np.zeros_like(x)
        shift[index] = 1e-6
        numeric_x[index] = plates_cost(replace(at, x=at.x - shift)) - plates_cost(replace(at, x=at.x + shift))
    for g in range(len(at.globals)):
        shift = np.zeros_like(at.globals)
        shift[g] = 1e-6
        up, down = replace(at, globals=at.globals + shift), replace(at, globals=at.globals - shift)
        numeric_g[g] = plates_cost(down) - plates_cost(up)
    np.testing.assert_allclose(analytic_x - other_x, numeric_x / 2e-6, atol=1e-4 * np.abs(numeric_x).max() / 2e-6)
    np.testing.assert_allclose(analytic_g - other_g, numeric_g / 2e-6, atol=1e-4 * np.abs(numeric_g).max() / 2e-6)


def test_plates_measure_what_keypoints_cannot(rig: Rig) -> None:
    """How bent knees change their adduction; without a standing trial its mean hides in the plates' mounting."""
    knees = [DOF_NAMES.index(f"knee_adduction_{side}") for side in "rl"]
    free = PRIOR.with_knee_adduction_sd(12.0)
    squares: dict[str, list[float]] = {"keypoints": [], "plates": []}
    surprise: list[Array] = []
    for seed in range(5):
        x, _, at, problem, found, _ = solve_with_plates(rig, 10 + seed, frames=25, bent_rad=1.2, prior=free)
        after = trial_smoother.posterior(problem, found)
        sd = np.sqrt(np.einsum("fii->fi", after.covariance))[:, knees]
        surprise.append((after.q - x[:, :N_DOF])[:, knees] / sd)
        for name, q in (("keypoints", at.x), ("plates", found.x)):
            error = q[:, knees] - x[:, knees]
            squares[name].append(float(((error - error.mean(0)) ** 2).mean()))
    assert np.mean(squares["plates"]) < 0.5 * np.mean(squares["keypoints"])
    # Ten trials of a knee are too few to say that an interval is too wide.
    assert np.mean(np.abs(surprise) < 1.96) >= 0.90


def test_mountings_are_found(rig: Rig) -> None:
    _, _, _, problem, at, mounted = solve_with_plates(rig, 3)
    assert mounted.numbers.tolist() == list(range(len(PLATES)))
    mounts = replace(problem.prior, mean=at.globals).mounts
    assert np.abs(mounts[:, :3] - CENTRES).max() < 0.04
    turned = Rotation.from_rotvec(mounts[:, 3:6]).as_matrix() @ mounted.R0
    off = Rotation.from_matrix(turned @ np.swapaxes([outward(centre) for centre in CENTRES], 1, 2)).magnitude()
    assert np.degrees(off).max() < 15.0


def test_a_mistaken_number_is_left_out(rig: Rig) -> None:
    seen, x, truth, belief = draw_trial(rig, 4, frames=12)
    worn = see_plates(rig, x, truth[: len(belief.geometry)], np.random.default_rng(4))
    camera, frame, plate = np.argwhere(np.isfinite(worn.corners[..., 0, 0]))[0]
    worn.corners[camera, frame, plate] += [300.0, -200.0]
    alone, at = solve(rig, seen, belief, x[:, :N_DOF])
    problem, _, _ = mount_plates(alone, at, worn, NOT_MOUNTED)
    assert problem.plates is not None
    assert np.isnan(problem.plates.corners[camera, frame, plate]).all()
    assert np.isfinite(problem.plates.corners).sum() == np.isfinite(worn.corners).sum() - 8


def test_knees_count_as_measured_when_thigh_and_shank_wear_plates() -> None:
    corners = np.ones((1, 2, 3, 4, 2))
    plates = observe_plates(("femur_r", "tibia_r", "femur_l"), (SIZE_M,) * 3, corners, np.array([0.0, 0.1]))
    assert plates.measured_knees == ("r",)
    with pytest.raises(ReconstructError, match=r"tag plate on segment 'thigh'; the body has pelvis"):
        observe_plates(("thigh",), (SIZE_M,), corners[:, :, :1], np.array([0.0, 0.1]))


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-3, 1.0, 3.1])
def test_rotation_vectors(angle: float) -> None:
    vector = angle * np.array([0.6, -0.48, 0.64])
    R, J = np.empty((3, 3)), np.empty((3, 3))
    rotation_of(vector, R)
    left_jacobian(vector, J)
    np.testing.assert_allclose(R, Rotation.from_rotvec(vector).as_matrix(), atol=1e-12)
    for j, step in enumerate(1e-6 * np.eye(3)):
        moved = Rotation.from_rotvec(vector + step) * Rotation.from_rotvec(vector - step).inv()
        np.testing.assert_allclose(J[:, j], moved.as_rotvec() / 2e-6, atol=1e-6)


@pytest.mark.parametrize("seed", range(20, 28))
def test_a_plate_that_one_camera_sees_turns_its_back_to_the_skin(rig: Rig, seed: int) -> None:
    """A square seen by one camera fits in two poses; the segments' own errors often make the wrong one fit better."""
    still = replace(PRIOR, acceleration_psd=1e-6 * PRIOR.acceleration_psd, deviation=1e-3 * PRIOR.deviation)
    seen, x, truth, belief = draw_trial(rig, 40 + seed, frames=30, prior=still)
    worn = see_plates(rig, x, truth[: len(belief.geometry)], np.random.default_rng(seed))
    edges = np.linalg.norm(np.diff(worn.corners, axis=3), axis=-1)
    frontal = np.nan_to_num((edges.min(axis=3) / edges.max(axis=3)).mean(axis=1), nan=np.inf)  # (C, T)
    hidden = np.arange(CAMERAS)[:, None] != frontal.argmin(axis=0)
    worn.corners[np.broadcast_to(hidden[:, None], worn.corners.shape[:3])] = np.nan
    shown = np.flatnonzero(worn.seen)
    _, at = solve(rig, seen, belief, x[:, :N_DOF], still)
    axes, origins = segment_poses(at.x[:, :N_DOF], belief.geometry, PRIOR.coupling.array)
    rng = np.random.default_rng(seed)
    wobble = rng.normal(0, np.radians(3.0), (*axes.shape[:2], 3)) + rng.normal(0, np.radians(4.0), (len(SEGMENTS), 3))
    axes = axes @ Rotation.from_rotvec(wobble.reshape(-1, 3)).as_matrix().reshape(axes.shape)
    origins = origins + rng.normal(0, 0.008, origins.shape)
    _, turns = first_mounts(rig.arrays, worn.only(shown), axes, origins)
    expected = np.stack([outward(CENTRES[i]) for i in shown])
    off = np.degrees(np.arccos((turns[:, :, 2] * expected[:, :, 2]).sum(axis=1)))
    assert off.max() < 75.0, np.array(PLATES)[shown]
