"""Inverse kinematics of single frames against scipy, against known poses, and with too little to go by."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import least_squares

from reconstruct.estimator.frame_ik import FrameSolver, filled, leg_length, solve_frames
from reconstruct.estimator.priors import motion_prior
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import BODY_POINTS, DOF_NAMES, N_DOF, N_POINTS
from reconstruct.reference_body import reference_geometry

Array = NDArray[np.float64]

PRIOR = motion_prior()
GEOMETRY = reference_geometry(0.84)[0]
SD = 0.006


def squat(depth: float, heading: float = 0.7) -> Array:
    q = np.zeros(N_DOF)
    q[:4] = 0.1, -0.2, 0.9 - 0.3 * depth, heading
    for side in "rl":
        q[DOF_NAMES.index(f"hip_flexion_{side}")] = 1.4 * depth
        q[DOF_NAMES.index(f"knee_flexion_{side}")] = 1.7 * depth
        q[DOF_NAMES.index(f"talocrural_{side}")] = 0.5 * depth
    return q


def points_of(poses: Array, seed: int, sd: float = SD) -> tuple[Array, Array]:
    exact = np.array([body_points(q, GEOMETRY, PRIOR.coupling.array) for q in poses])
    noisy = exact + np.random.default_rng(seed).normal(0, sd, exact.shape)
    return noisy, np.broadcast_to(SD**2 * np.eye(3), (*exact.shape, 3)).copy()


def test_exact_points_of_a_pose_that_the_prior_expects_give_it_back() -> None:
    poses = np.array([squat(depth) for depth in np.linspace(0, 1, 20)])
    points, covariance = points_of(poses, 0, sd=0.0)
    found = solve_frames(points, covariance, GEOMETRY, PRIOR)
    free = [i for i, name in enumerate(DOF_NAMES) if "flexion" in name or name.startswith("pelvis")]
    # Priors pull the bounded joints towards their means, so the free ones may move a little with them.
    np.testing.assert_allclose(found.q[:, free], poses[:, free], atol=math.radians(2.5))


def test_the_solution_is_the_minimum_that_scipy_finds() -> None:
    points, covariance = points_of(squat(0.6)[None], 3)
    found = FrameSolver(GEOMETRY, PRIOR).solve(points[0], covariance[0])
    mean, precision = np.zeros(N_DOF), PRIOR.stationary_sd**-2.0
    mean[PRIOR.mean_column >= 0] = PRIOR.mean
    precision[:4] = 0.0

    def cost(q: Array) -> float:
        away = (points[0] - body_points(q, GEOMETRY, PRIOR.coupling.array)) / SD
        likelihood = 0.5 * 7.0 * np.log1p((away**2).sum(1) / 4.0)
        return float(likelihood.sum() + 0.5 * (precision * (q - mean) ** 2).sum())

    def gradient(q: Array) -> Array:
        step = 1e-6
        return np.array([(cost(q + step * e) - cost(q - step * e)) / (2 * step) for e in np.eye(N_DOF)])

    np.testing.assert_allclose(gradient(found.q) / np.sqrt(np.diag(np.linalg.inv(found.covariance))), 0, atol=1e-3)
    scipy_minimum = least_squares(lambda q: np.array([math.sqrt(2 * cost(q))]), found.q)
    assert cost(found.q) <= cost(np.asarray(scipy_minimum.x)) + 1e-6


def test_stated_covariance_covers_the_truth() -> None:
    rng = np.random.default_rng(5)
    poses = np.array([squat(depth) for depth in rng.uniform(0.1, 0.9, 300)])
    bounded = PRIOR.mean_column >= 0
    poses[:, bounded] = PRIOR.mean + rng.normal(0, 1, (300, bounded.sum())) * PRIOR.stationary_sd[bounded]
    points, covariance = points_of(poses, 6)
    found = solve_frames(points, covariance, GEOMETRY, PRIOR)
    standard_error = np.sqrt(np.einsum("fii->fi", found.covariance))
    inside = np.abs(found.q - poses) < 1.96 * standard_error
    assert 0.90 <= inside.mean() <= 0.98


def test_an_outlier_moves_the_pose_by_less_than_its_error_bar() -> None:
    points, covariance = points_of(squat(0.5)[None], 1)
    clean = FrameSolver(GEOMETRY, PRIOR).solve(points[0], covariance[0])
    points[0, BODY_POINTS.index("RKnee")] += [0.5, 0.3, 0.0]
    spoiled = FrameSolver(GEOMETRY, PRIOR).solve(points[0], covariance[0])
    moved = np.abs(spoiled.q - clean.q) / np.sqrt(np.diag(clean.covariance))
    assert moved.max() < 3.0


@pytest.mark.parametrize("missing", ["RHip", "LHip"])
def test_a_frame_without_both_hips_is_unknown(missing: str) -> None:
    points, covariance = points_of(squat(0.5)[None], 1)
    points[0, BODY_POINTS.index(missing)] = np.nan
    pose = FrameSolver(GEOMETRY, PRIOR).solve(points[0], covariance[0])
    assert np.isnan(pose.q).all()
    assert np.isnan(pose.covariance).all()


def test_hips_alone_leave_the_legs_to_the_prior() -> None:
    points, covariance = points_of(squat(0.5)[None], 1)
    for k, name in enumerate(BODY_POINTS):
        if "Hip" not in name:
            points[0, k] = np.nan
    pose = FrameSolver(GEOMETRY, PRIOR).solve(points[0], covariance[0])
    knee = DOF_NAMES.index("knee_flexion_r")
    assert np.sqrt(pose.covariance[knee, knee]) == pytest.approx(PRIOR.stationary_sd[knee], rel=0.05)


def test_gaps_are_bridged_and_headings_unwrapped() -> None:
    q = np.zeros((5, N_DOF))
    q[:, 3] = [3.1, np.nan, -3.0, -2.9, np.nan]
    q[[1, 4]] = np.nan
    complete = filled(q)
    assert np.isfinite(complete).all()
    np.testing.assert_allclose(
        complete[:, 3], [3.1, (3.1 + 2 * np.pi - 3.0) / 2, 2 * np.pi - 3.0, 2 * np.pi - 2.9, 2 * np.pi - 2.9]
    )


def test_leg_length_is_thigh_plus_shank() -> None:
    points, _ = points_of(squat(0.0)[None], 0, sd=0.0)
    assert leg_length(points) == pytest.approx(0.84, abs=1e-9)
    assert math.isnan(leg_length(np.full((3, N_POINTS, 3), np.nan)))
