"""Rates and joint errors of reported angles, and what a freer prior makes of a trial."""

import numpy as np
import pytest

from reconstruct.angle_covariance import angle_covariance, angle_velocity, poses_as_angles
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.estimator import trial_smoother
from reconstruct.estimator.priors import KneeCoupling, motion_prior
from reconstruct.estimator.session import SessionTrial
from reconstruct.joint_angles import AngleReader
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS
from reconstruct.prior_sensitivity import freed, poses_with_free_knees
from tests.rigs import ring
from tests.support.drawn_trials import CAMERAS, PRIOR, draw_trial, solve

COUPLING = KneeCoupling()


@pytest.fixture
def poses() -> np.ndarray:
    return np.random.default_rng(2).normal(0.0, 0.25, (12, N_DOF))


def test_velocities_are_the_angles_rates(poses: np.ndarray) -> None:
    velocity = np.random.default_rng(3).normal(0.0, 1.0, poses.shape)
    ahead, behind = (
        poses_as_angles(poses + 1e-6 * velocity, COUPLING),
        poses_as_angles(poses - 1e-6 * velocity, COUPLING),
    )
    np.testing.assert_allclose(angle_velocity(poses, velocity, COUPLING), (ahead - behind) / 2e-6, atol=1e-6)


def test_diagonal_holds_the_standard_errors(poses: np.ndarray) -> None:
    mix = np.random.default_rng(4).normal(0.0, 0.02, (N_DOF, N_DOF))
    covariance = np.tile(mix @ mix.T, (len(poses), 1, 1))
    values, standard_error, _ = AngleReader(motion_prior(), feet_seen=True).read_all(poses, covariance)
    block = angle_covariance(poses, covariance, COUPLING, ANGLE_NAMES)
    np.testing.assert_allclose(np.sqrt(np.einsum("fii->fi", block)), standard_error, rtol=1e-9)
    np.testing.assert_allclose(block, np.swapaxes(block, 1, 2), atol=1e-12)
    np.testing.assert_array_equal(poses_as_angles(poses, COUPLING), values)


def test_a_knee_that_plates_measure_is_not_held_tighter() -> None:
    knees = [DOF_NAMES.index(f"knee_adduction_{side}") for side in "rl"]
    worn = PRIOR.with_knee_adduction_sd(12.0, "r")
    np.testing.assert_allclose(np.degrees(freed(worn).deviation[knees]), [12.0, 10.0])


def test_a_freer_knee_follows_the_data_further() -> None:
    rig = ring(CAMERAS)
    seen, x, _, belief = draw_trial(rig, 5, bent_rad=1.2, prior=PRIOR.with_knee_adduction_sd(12.0))
    problem, at = solve(rig, seen, belief, x[:, :N_DOF])
    trial = SessionTrial(trial_smoother.posterior(problem, at), problem, np.ones(N_POINTS), seen.bias_sd)
    knees = [DOF_NAMES.index(f"knee_adduction_{side}") for side in "rl"]
    free, held = poses_with_free_knees(trial)[:, knees], at.x[:, knees]
    truth = x[:, knees]
    assert np.ptp(free - held) > np.radians(0.5)
    assert np.mean((free - truth) ** 2) < np.mean((held - truth) ** 2)
