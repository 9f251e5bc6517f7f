"""One person's session: what the static and functional trials teach is carried into the movement.

Each trial is smoothed under the belief that the one before left behind, loosened by what may change in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.frame_ik import filled, leg_length, solve_frames
from reconstruct.estimator.known_body import KnownBody, belief_about
from reconstruct.estimator.noise_scale import bias_scale, noise_scale
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.pace import motion_of
from reconstruct.estimator.plate_mounting import NOT_MOUNTED, MountedPlates, mount_plates
from reconstruct.estimator.plates import PlateObservations
from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.estimator.smoothing_problem import Estimate, TrialProblem, residuals, start_from, trial_problem
from reconstruct.estimator.symmetry import BODY, STANCE, given_alike
from reconstruct.estimator.trial_smoother import SmoothedTrial, descend, descend_poses, posterior, posterior_belief
from reconstruct.recording import Purpose

Array = NDArray[np.float64]

_ROUNDS = 5
_FIRST_LOOK_STEPS, _MAX_STEPS = 1, 12
FREE_KNEE_DEG = 12.0
"""Deviation of knee adduction where plates measure it, deg: wide enough for a collapsing knee."""
_AGREES = 0.05
"""Logarithm of a scale below which another round would change nothing that matters."""


@dataclass(frozen=True, eq=False)
class SeenTrial:
    """A trial of one person.

    Attributes
    ----------
    observations : what the cameras saw of the body
    points, covariance : (F, P, 3), (F, P, 3, 3) the body points triangulated, metres
    purpose : why it was recorded
    plates : what they saw of tag plates, where there are any; the same plates in every trial
    """

    observations: Observations
    points: Array
    covariance: Array
    purpose: Purpose = Purpose.MOVEMENT
    plates: PlateObservations | None = None


@dataclass(frozen=True, eq=False)
class SessionTrial:
    """A smoothed trial and how it came about.

    Attributes
    ----------
    body : posterior
    problem : what was solved
    noise_scale : (P,) factor on the detector's noise that the keypoints turned out to have
    bias_sd : (C, P) px, how large this detector's biases turned out to be in this session
    mounted : which plates the mountings in the belief are of
    """

    body: SmoothedTrial
    problem: TrialProblem
    noise_scale: Array
    bias_sd: Array
    mounted: MountedPlates = NOT_MOUNTED

    @property
    def motion(self) -> MotionPrior:
        """The motion prior that the trial turned out to need."""
        return self.problem.motion


def smooth_session(
    cameras: CameraArrays, trials: Sequence[SeenTrial], known: KnownBody | None = None
) -> list[SessionTrial]:
    """Posterior of every trial of a session, in the order in which they teach each other (the movement last).

    `known` is what earlier sessions have taught about the person.
    """
    results: list[SessionTrial] = []
    mounted, learned = NOT_MOUNTED, 1.0
    for trial in trials:
        seen = trial.observations
        if results:
            belief = results[-1].body.belief.for_next_trial(learned * seen.bias_sd)
            problem, at = _first_look(trial, trial_problem(cameras, seen, belief, _for(trial, motion_prior())))
        else:
            belief = _belief_before(trial, known)
            problem, at = _first_look(trial, trial_problem(cameras, seen, belief, _for(trial, motion_prior())))
            problem, at, learned = _with_biases_scaled(problem, at)
        if trial.plates is not None:
            problem, at, mounted = mount_plates(problem, descend(problem, at, _MAX_STEPS), trial.plates, mounted)
        body = _posterior(trial.purpose, problem, descend(problem, at, _MAX_STEPS))
        results.append(SessionTrial(body, problem, _learned_scale(seen, problem.seen), learned * seen.bias_sd, mounted))
    return results


def _belief_before(trial: SeenTrial, known: KnownBody | None) -> Belief:
    """Belief before a session's first trial."""
    bias_sd = trial.observations.bias_sd
    if known is not None:
        belief = belief_about(known, bias_sd)
    else:
        belief = given_alike(first_belief(leg_length(trial.points), motion_prior(), bias_sd), BODY)
    return given_alike(belief, STANCE) if trial.purpose is Purpose.STATIC else belief


def _posterior(purpose: Purpose, problem: TrialProblem, at: Estimate) -> SmoothedTrial:
    """Posterior at the solution.

    What stays the same is averaged over the whole trial, against which the detector's drift counts in full; a pose only
    over as long as the person keeps it, against which it counts less.  So what stays is learned first, and the poses
    are then found once more around it: with the drift in full, fast movements would be flattened.  The poses of trials
    that only teach are of no interest.
    """
    if purpose is not Purpose.MOVEMENT:
        return posterior(problem, at)
    belief = posterior_belief(problem, at)
    moving = replace(problem, seen=replace(problem.seen, rate=problem.motion.rate))
    return replace(posterior(moving, descend_poses(moving, at, _MAX_STEPS)), belief=belief)


def _first_look(trial: SeenTrial, problem: TrialProblem) -> tuple[TrialProblem, Estimate]:
    """Learn from a rough solution how noisy the trial is and how fast the person moves."""
    seen, belief = problem.seen, problem.prior
    poses = solve_frames(trial.points, trial.covariance, belief.geometry, problem.motion)
    at = start_from(filled(poses.q), seen.time_s, belief)
    for _ in range(_ROUNDS):
        at = descend(problem, at, _FIRST_LOOK_STEPS)
        scale = noise_scale(residuals(problem, at), problem.seen)
        if np.abs(np.log(scale)).max() < _AGREES:
            break
        problem = replace(problem, seen=problem.seen.with_noise_scaled(scale))
    return trial_problem(problem.cameras, problem.seen, belief, _expected_motion(trial, at)), at


def _expected_motion(trial: SeenTrial, at: Estimate) -> MotionPrior:
    """Motion as fast as it looks."""
    return _for(trial, motion_of(at.x, trial.observations.time_s))


def _for(trial: SeenTrial, motion: MotionPrior) -> MotionPrior:
    """What a trial's purpose and plates add: who stands still does so upright; a knee measured by plates may bend
    sideways more than healthy knees do."""
    if trial.purpose is Purpose.STATIC:
        motion = motion.from_standing()
    if trial.plates is None:
        return motion
    return motion.with_knee_adduction_sd(FREE_KNEE_DEG, trial.plates.measured_knees)


def _with_biases_scaled(problem: TrialProblem, at: Estimate) -> tuple[TrialProblem, Estimate, float]:
    """Learn how large this detector's biases are, as a factor on their usual size; for a session's first trial."""
    learned = 1.0
    for _ in range(_ROUNDS):
        at = descend(problem, at, _FIRST_LOOK_STEPS)
        scale = bias_scale(posterior_belief(problem, at), problem.prior)
        if abs(np.log(scale)) < _AGREES:
            break
        learned *= scale
        problem = trial_problem(problem.cameras, problem.seen, problem.prior.with_bias_scaled(scale), problem.motion)
    return problem, at, learned


def _learned_scale(before: Observations, after: Observations) -> Array:
    ratio = np.sqrt(after.variance / before.variance)
    scale = np.ones(ratio.shape[2])
    for k in range(len(scale)):
        known = ratio[:, :, k][np.isfinite(ratio[:, :, k])]
        scale[k] = float(np.median(known)) if len(known) else 1.0
    return scale
