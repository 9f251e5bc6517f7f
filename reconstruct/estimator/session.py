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
from reconstruct.estimator.priors import MotionPrior
from reconstruct.estimator.trial_smoother import SmoothedTrial, smooth_trial

Array = NDArray[np.float64]

_ROUNDS = 4
_NOISE_AGREES, _BIAS_AGREES = 0.1, 0.1
_MEAN_CHANGE = np.radians(3.0)
"""How much the mean of a joint may differ between trials, rad."""
_BIAS_CHANGE = 0.5
"""How much a view's bias may differ between trials, as a share of its own expected size: it depends on heading, pose
and clothing.  Costs little where the bias is constant and saves the result where it is not."""


@dataclass(frozen=True, eq=False)
class SeenTrial:
    """A trial of one person: what the cameras saw, and its points (F, P, 3) with covariances (F, P, 3, 3), metres."""

    observations: Observations
    points: Array
    covariance: Array


def _adapted(
    cameras: CameraArrays, trial: SeenTrial, belief: Belief, motion: MotionPrior, q: Array
) -> tuple[SmoothedTrial, Observations]:
    """Smooth a trial until its residuals are as large as its noise model says."""
    seen = trial.observations
    smoothed = smooth_trial(cameras, seen, belief, motion, q)
    for _ in range(_ROUNDS):
        scale = noise_scale(smoothed, seen)
        if np.abs(np.log(scale)).max() < _NOISE_AGREES:
            break
        seen = seen.with_noise_scaled(scale)
        smoothed = smooth_trial(cameras, seen, belief, motion, smoothed.q)
    return smoothed, seen


def _first(cameras: CameraArrays, trial: SeenTrial, motion: MotionPrior) -> SmoothedTrial:
    """Smooth a session's first trial, which also tells how large this detector's biases are."""
    belief = first_belief(leg_length(trial.points), motion, trial.observations.bias_sd)
    q = _start(trial, belief, motion)
    smoothed, seen = _adapted(cameras, trial, belief, motion, q)
    for _ in range(_ROUNDS):
        scale = bias_scale(smoothed.belief, belief)
        if abs(np.log(scale)) < _BIAS_AGREES:
            break
        belief = belief.with_bias_scaled(scale)
        smoothed = smooth_trial(cameras, seen, belief, motion, smoothed.q)
    return smoothed


def _start(trial: SeenTrial, belief: Belief, motion: MotionPrior) -> Array:
    return filled(frame_poses(trial, belief, motion).q)


def frame_poses(trial: SeenTrial, belief: Belief, motion: MotionPrior) -> PoseTrial:
    """Poses of single frames from the trial's points, with the body that the belief holds most likely."""
    return solve_frames(trial.points, trial.covariance, belief.geometry, motion)


def smooth_session(cameras: CameraArrays, trials: Sequence[SeenTrial], motion: MotionPrior) -> list[SmoothedTrial]:
    """Posterior of every trial of a session, in the order in which they teach each other (the movement last)."""
    results = [_first(cameras, trials[0], motion)]
    for trial in trials[1:]:
        belief = results[-1].belief.loosened(_MEAN_CHANGE, _BIAS_CHANGE * trial.observations.bias_sd)
        smoothed, _ = _adapted(cameras, trial, belief, motion, _start(trial, belief, motion))
        results.append(smoothed)
    return results
