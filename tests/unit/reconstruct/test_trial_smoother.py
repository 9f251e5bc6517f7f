"""The whole-trial smoother on trials drawn from its own assumptions: derivatives, calibration, what it learns."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.estimator import smoothing_problem, smoothing_system, trial_smoother
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN
from reconstruct.estimator.noise_scale import bias_scale, noise_scale
from reconstruct.estimator.session import SeenTrial, smooth_session
from reconstruct.estimator.smoothing_problem import Estimate
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF
from reconstruct.recording import Purpose
from tests.rigs import ring
from tests.support.drawn_trials import BIAS_SD, CAMERAS, PRIOR, draw_trial, solve

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


@pytest.mark.parametrize("spread_s", [0.0, 0.008], ids=["synchronised", "unsynchronised"])
def test_normal_equations_are_the_gradient_of_the_cost(rig: Rig, spread_s: float) -> None:
    seen, x, truth, belief = draw_trial(rig, 0, frames=4, spread_s=spread_s)
    seen.uv[1, 2, 4] = np.nan
    problem = smoothing_problem.trial_problem(rig.arrays, seen, belief, PRIOR)
    rng = np.random.default_rng(1)
    at = Estimate(x + rng.normal(0, 0.02, x.shape), belief.mean + 0.3 * (truth - belief.mean))
    gradient_x, gradient_globals = smoothing_system.gradient(problem, at)
    for t in range(len(x)):
        for j in range(x.shape[1]):
            shift = np.zeros_like(x)
            shift[t, j] = 1e-6
            numeric = smoothing_problem.cost(problem, replace(at, x=at.x + shift)) - smoothing_problem.cost(
                problem, replace(at, x=at.x - shift)
            )
            assert gradient_x[t, j] == pytest.approx(-numeric / 2e-6, rel=1e-4, abs=1e-2), (t, j)
    for g in range(0, len(truth), 3):
        shift = np.zeros_like(truth)
        shift[g] = 1e-6 * max(1.0, abs(truth[g]))
        numeric = smoothing_problem.cost(problem, replace(at, globals=at.globals + shift)) - smoothing_problem.cost(
            problem, replace(at, globals=at.globals - shift)
        )
        assert gradient_globals[g] == pytest.approx(-numeric / (2 * shift[g]), rel=1e-4, abs=1e-2), g


def test_intervals_cover_what_was_drawn(rig: Rig) -> None:
    inside_poses: list[NDArray[np.bool_]] = []
    inside_globals: list[NDArray[np.bool_]] = []
    for seed in range(8):
        seen, x, truth, belief = draw_trial(rig, 100 + seed, spread_s=0.004 * (seed % 2))
        found = trial_smoother.posterior(*solve(rig, seen, belief, x[:, :N_DOF]))
        standard_error = np.sqrt(np.einsum("fii->fi", found.covariance))
        inside_poses.append(np.abs(found.q - x[:, :N_DOF]) < 1.96 * standard_error)
        globals_error = np.sqrt(np.diag(found.belief.covariance))
        inside_globals.append(np.abs(found.belief.mean - truth) < 1.96 * globals_error)
    assert 0.90 <= np.mean(inside_poses) <= 0.98
    assert 0.90 <= np.mean(inside_globals) <= 0.98


def test_knowing_that_views_are_biased_halves_the_error(rig: Rig) -> None:
    hip = [DOF_NAMES.index(f"hip_adduction_{side}") for side in "rl"]
    errors: dict[float, list[float]] = {1.0: [], 1e-3: []}
    for seed in range(6):
        seen, x, _, belief = draw_trial(rig, 200 + seed)
        for scale, squares in errors.items():
            _, at = solve(rig, seen, belief.with_bias_scaled(scale), x[:, :N_DOF])
            squares.append(float(np.mean((at.x[:, hip] - x[:, hip]) ** 2)))
    assert np.mean(errors[1.0]) < 0.5 * np.mean(errors[1e-3])


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_noise_is_learned_from_residuals(rig: Rig, factor: float) -> None:
    seen, x, _, belief = draw_trial(rig, 7)
    believed = replace(seen, variance=seen.variance / factor**2)
    problem, at = solve(rig, believed, belief, x[:, :N_DOF])
    scale = noise_scale(smoothing_problem.residuals(problem, at), believed)
    # Some of the noise is fitted by the poses, and a Gaussian has a smaller median than the Student-t assumed.
    np.testing.assert_allclose(scale, 0.9 * factor, rtol=0.25)


def test_size_of_biases_is_learned(rig: Rig) -> None:
    seen, x, _, belief = draw_trial(rig, 8)
    narrow = belief.with_bias_scaled(0.4)
    problem, at = solve(rig, seen, narrow, x[:, :N_DOF])
    assert bias_scale(trial_smoother.posterior_belief(problem, at), narrow) > 1.3


def test_an_outlier_and_a_lost_camera_leave_the_pose_alone(rig: Rig) -> None:
    seen, x, _, belief = draw_trial(rig, 9)
    found = trial_smoother.posterior(*solve(rig, seen, belief, x[:, :N_DOF]))
    spoiled = seen.uv.copy()
    spoiled[0, 10:14, 3] += [150.0, -80.0]
    spoiled[2, 20:30] = np.nan
    again = trial_smoother.posterior(*solve(rig, replace(seen, uv=spoiled), belief, x[:, :N_DOF]))
    standard_error = np.sqrt(np.einsum("fii->fi", again.covariance))
    assert np.max(np.abs(again.q - found.q) / standard_error) < 3.0
    assert np.mean(standard_error[20:30]) > np.mean(np.sqrt(np.einsum("fii->fi", found.covariance))[20:30])


def test_nobody_in_view_is_said_so(rig: Rig) -> None:
    seen, _, _, belief = draw_trial(rig, 0, frames=3)
    with pytest.raises(ReconstructError, match="no body point was seen"):
        smoothing_problem.trial_problem(rig.arrays, replace(seen, uv=np.full_like(seen.uv, np.nan)), belief, PRIOR)


def test_another_trial_may_differ_a_little(rig: Rig) -> None:
    _, _, _, belief = draw_trial(rig, 0, frames=2)
    loosened = belief.loosened(0.05, 0.5 * BIAS_SD, np.zeros(10))
    added = np.diag(loosened.covariance) - np.diag(belief.covariance)
    np.testing.assert_allclose(added[:FIRST_MEAN], 0)
    np.testing.assert_allclose(added[FIRST_MEAN:FIRST_BIAS], 0.05**2)
    np.testing.assert_allclose(added[FIRST_BIAS:], 1.5**2)


def test_a_pose_without_a_covariance_is_no_pose(rig: Rig) -> None:
    """Three people taken for one, who fly past the cameras: wherever that ends, nothing unknown may look known."""
    trials: list[SeenTrial] = []
    for seed, (purpose, frames) in enumerate(
        {Purpose.STATIC: 60, Purpose.FUNCTIONAL: 240, Purpose.MOVEMENT: 240}.items()
    ):
        seen, x, _, belief = draw_trial(rig, 10 + seed, frames=frames)
        points = np.stack([body_points(q, belief.geometry, PRIOR.coupling.array) for q in x[:, :N_DOF]])
        covariance = np.tile(0.006**2 * np.eye(3), (*points.shape[:2], 1, 1))
        trials.append(SeenTrial(seen, points, covariance, purpose))
    for trial in smooth_session(rig.arrays, trials):
        told = np.isfinite(trial.body.covariance).all(axis=(1, 2))
        np.testing.assert_array_equal(np.isfinite(trial.body.x).all(axis=1), told)
        assert (np.einsum("fii->fi", trial.body.covariance[told]) > 0.0).all()


def test_poses_are_found_around_a_body_that_stays(rig: Rig) -> None:
    seen, x, truth, belief = draw_trial(rig, 3)
    problem = smoothing_problem.trial_problem(rig.arrays, seen, belief, PRIOR)
    start = Estimate(x + np.random.default_rng(3).normal(0, 0.02, x.shape), truth)
    found = trial_smoother.descend_poses(problem, start, 15)
    np.testing.assert_array_equal(found.globals, truth)
    lowest = smoothing_problem.cost(problem, trial_smoother.descend_poses(problem, found, 15))
    assert lowest <= smoothing_problem.cost(problem, found) < min(lowest + 5e-3, smoothing_problem.cost(problem, start))
