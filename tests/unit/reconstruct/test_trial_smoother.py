"""The whole-trial smoother on trials drawn from its own assumptions: derivatives, calibration, what it learns."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.estimator import trial_smoother
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief, first_belief
from reconstruct.estimator.noise_scale import bias_scale, noise_scale
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior, motion_prior
from reconstruct.estimator.trial_smoother import Estimate
from reconstruct.kernels import motion
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS
from tests.rigs import ring

Array = NDArray[np.float64]

PRIOR = motion_prior(acceleration_psd=20.0, length_s=0.5)
NOISE_PX, BIAS_PX = 2.0, 3.0
CAMERAS = 4
BIAS_SD = np.full((CAMERAS, N_POINTS), BIAS_PX)


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


def draw_motion(prior: MotionPrior, mean: Array, time_s: Array, rng: np.random.Generator) -> Array:
    """(F, 54) from the motion prior, starting from standing in the middle of the volume."""
    x = np.zeros((len(time_s), 2 * N_DOF))
    start = prior.start_precision
    bounded = prior.deviation > 0
    x[0, :N_DOF][bounded] = mean[bounded] + rng.normal(0, 1, bounded.sum()) / np.sqrt(start[bounded, 0])
    x[0, N_DOF:][bounded] = rng.normal(0, 1, bounded.sum()) / np.sqrt(start[bounded, 1])
    x[0, :3] = 0.0, 0.0, 0.9
    for t, dt in enumerate(np.diff(time_s)):
        for j in range(N_DOF):
            phi, q_inverse = np.empty((2, 2)), np.empty((2, 2))
            motion.transition(dt, prior.deviation[j], prior.rate, prior.acceleration_psd[j], phi, q_inverse)
            step = rng.multivariate_normal(np.zeros(2), np.linalg.inv(q_inverse))
            offset = np.array([mean[j], 0.0])
            x[t + 1, [j, N_DOF + j]] = offset + phi @ (x[t, [j, N_DOF + j]] - offset) + step
    return x


def draw_trial(
    rig: Rig, seed: int, frames: int = 40, spread_s: float = 0.0
) -> tuple[Observations, Array, Array, Belief]:
    """What the cameras see, the true (F, 54), the true globals and the belief they were drawn from."""
    rng = np.random.default_rng(seed)
    belief = first_belief(0.84, PRIOR, BIAS_SD)
    truth = belief.mean + rng.normal(0, 1, len(belief.mean)) * np.sqrt(np.diag(belief.covariance))
    mean = np.zeros(N_DOF)
    mean[list(MEAN_DOFS)] = truth[FIRST_MEAN:FIRST_BIAS]
    time_s = np.arange(frames) / 60
    x = draw_motion(PRIOR, mean, time_s, rng)
    offset = rng.uniform(-spread_s, spread_s, CAMERAS)[:, None] * np.ones(frames)
    uv = np.empty((CAMERAS, frames, N_POINTS, 2))
    for c in range(CAMERAS):
        for t in range(frames):
            q = x[t, :N_DOF] + offset[c, t] * x[t, N_DOF:]
            points = body_points(q, truth[:FIRST_MEAN], PRIOR.coupling.array)
            uv[c, t] = project(rig.arrays, c, points)
    uv += truth[FIRST_BIAS:].reshape(CAMERAS, 1, N_POINTS, 2) + rng.normal(0, NOISE_PX, uv.shape)
    seen = Observations(time_s, offset, uv, np.full(uv.shape[:3], NOISE_PX**2), np.full(CAMERAS, 0.01), 1.0, BIAS_SD)
    return seen, x, truth, belief


def solve(rig: Rig, seen: Observations, belief: Belief, q: Array) -> tuple[trial_smoother.TrialProblem, Estimate]:
    problem = trial_smoother.trial_problem(rig.arrays, seen, belief, PRIOR)
    start = trial_smoother.start_from(q, seen.time_s, belief)
    return problem, trial_smoother.descend(problem, start, max_steps=15)


@pytest.mark.parametrize("spread_s", [0.0, 0.008], ids=["synchronised", "unsynchronised"])
def test_normal_equations_are_the_gradient_of_the_cost(rig: Rig, spread_s: float) -> None:
    seen, x, truth, belief = draw_trial(rig, 0, frames=4, spread_s=spread_s)
    seen.uv[1, 2, 4] = np.nan
    problem = trial_smoother.trial_problem(rig.arrays, seen, belief, PRIOR)
    rng = np.random.default_rng(1)
    at = Estimate(x + rng.normal(0, 0.02, x.shape), belief.mean + 0.3 * (truth - belief.mean))
    gradient_x, gradient_globals = trial_smoother.gradient(problem, at)
    for t in range(len(x)):
        for j in range(x.shape[1]):
            shift = np.zeros_like(x)
            shift[t, j] = 1e-6
            numeric = trial_smoother.cost(problem, replace(at, x=at.x + shift)) - trial_smoother.cost(
                problem, replace(at, x=at.x - shift)
            )
            assert gradient_x[t, j] == pytest.approx(-numeric / 2e-6, rel=1e-4, abs=1e-2), (t, j)
    for g in range(0, len(truth), 3):
        shift = np.zeros_like(truth)
        shift[g] = 1e-6 * max(1.0, abs(truth[g]))
        numeric = trial_smoother.cost(problem, replace(at, globals=at.globals + shift)) - trial_smoother.cost(
            problem, replace(at, globals=at.globals - shift)
        )
        assert gradient_globals[g] == pytest.approx(-numeric / (2 * shift[g]), rel=1e-4, abs=1e-2), g


def test_intervals_cover_what_was_drawn(rig: Rig) -> None:
    inside_poses: list[Array] = []
    inside_globals: list[Array] = []
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
    scale = noise_scale(trial_smoother.residuals(problem, at), believed)
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
        trial_smoother.trial_problem(rig.arrays, replace(seen, uv=np.full_like(seen.uv, np.nan)), belief, PRIOR)


def test_another_trial_may_differ_a_little(rig: Rig) -> None:
    _, _, _, belief = draw_trial(rig, 0, frames=2)
    loosened = belief.loosened(0.05, 0.5 * BIAS_SD)
    added = np.diag(loosened.covariance) - np.diag(belief.covariance)
    np.testing.assert_allclose(added[:FIRST_MEAN], 0)
    np.testing.assert_allclose(added[FIRST_MEAN:FIRST_BIAS], 0.05**2)
    np.testing.assert_allclose(added[FIRST_BIAS:], 1.5**2)
