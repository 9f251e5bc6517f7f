"""One person's session: what the static and functional trials teach is carried into the movement.

Each trial is smoothed under the belief that the one before left behind, loosened by what may change in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.frame_ik import PoseTrial, filled, leg_length, solve_frames
from reconstruct.estimator.noise_scale import bias_scale, noise_scale
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.pace import motion_of
from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.estimator.trial_smoother import (
    Estimate,
    SmoothedTrial,
    TrialProblem,
    descend,
    posterior,
    posterior_belief,
    residuals,
    start_from,
    trial_problem,
)

Array = NDArray[np.float64]

_ROUNDS = 3
_FIRST_LOOK_STEPS, _MAX_STEPS = 3, 12
_AGREES = 0.1
"""Logarithm of a scale below which another round would change nothing that matters."""


@dataclass(frozen=True, eq=False)
class SeenTrial:
    """A trial of one person: what the cameras saw, and its points (F, P, 3) with covariances (F, P, 3, 3), metres."""

    observations: Observations
    points: Array
    covariance: Array


@dataclass(frozen=True, eq=False)
class SessionTrial:
    """A smoothed trial, the motion prior that it turned out to need, and how noisy its keypoints turned out to be.

    `noise_scale` (P,) multiplies the standard deviations of the detector's noise model.
    """

    body: SmoothedTrial
    motion: MotionPrior
    noise_scale: Array


def frame_poses(trial: SeenTrial, belief: Belief, motion: MotionPrior) -> PoseTrial:
    """Poses of single frames from the trial's points, with the body that the belief holds most likely."""
    return solve_frames(trial.points, trial.covariance, belief.geometry, motion)


def _first_look(cameras: CameraArrays, trial: SeenTrial, belief: Belief) -> tuple[TrialProblem, Estimate]:
    """Learn from a rough solution how noisy the trial is and how fast the person moves."""
    motion = motion_prior()
    seen = trial.observations
    at = start_from(filled(frame_poses(trial, belief, motion).q), seen.time_s, belief)
    problem = trial_problem(cameras, seen, belief, motion)
    for _ in range(_ROUNDS):
        at = descend(problem, at, _FIRST_LOOK_STEPS)
        scale = noise_scale(residuals(problem, at), problem.seen)
        if np.abs(np.log(scale)).max() < _AGREES:
            break
        problem = trial_problem(cameras, problem.seen.with_noise_scaled(scale), belief, motion)
    return trial_problem(cameras, problem.seen, belief, motion_of(at.x, seen.time_s)), at


def _with_biases_scaled(problem: TrialProblem, at: Estimate) -> tuple[TrialProblem, Estimate]:
    """Learn how large this detector's biases are; for a session's first trial."""
    for _ in range(_ROUNDS):
        at = descend(problem, at, _FIRST_LOOK_STEPS)
        scale = bias_scale(posterior_belief(problem, at), problem.prior)
        if abs(np.log(scale)) < _AGREES:
            break
        problem = trial_problem(problem.cameras, problem.seen, problem.prior.with_bias_scaled(scale), problem.motion)
    return problem, at


def _learned_scale(before: Observations, after: Observations) -> Array:
    ratio = np.sqrt(after.variance / before.variance)
    scale = np.ones(ratio.shape[2])
    for k in range(len(scale)):
        known = ratio[:, :, k][np.isfinite(ratio[:, :, k])]
        scale[k] = float(np.median(known)) if len(known) else 1.0
    return scale


def smooth_session(cameras: CameraArrays, trials: Sequence[SeenTrial]) -> list[SessionTrial]:
    """Posterior of every trial of a session, in the order in which they teach each other (the movement last)."""
    results: list[SessionTrial] = []
    for trial in trials:
        if results:
            belief = results[-1].body.belief.for_next_trial(trial.observations.bias_sd)
            problem, at = _first_look(cameras, trial, belief)
        else:
            belief = first_belief(leg_length(trial.points), motion_prior(), trial.observations.bias_sd)
            problem, at = _with_biases_scaled(*_first_look(cameras, trial, belief))
        body = posterior(problem, descend(problem, at, _MAX_STEPS))
        results.append(SessionTrial(body, problem.motion, _learned_scale(trial.observations, problem.seen)))
    return results
