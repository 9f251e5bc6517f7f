"""Trials drawn from the smoother's own assumptions, against which its claims can be held."""

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.estimator import smoothing_problem, trial_smoother
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief, first_belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior, motion_prior
from reconstruct.estimator.smoothing_problem import Estimate
from reconstruct.kernels import motion
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS
from reconstruct.pixel_noise import PixelNoise

Array = NDArray[np.float64]

PRIOR = motion_prior(acceleration_psd=20.0, length_s=0.5)
NOISE_PX, BIAS_PX = 2.0, 3.0
CAMERAS = 4
FPS = 60.0
WHITE = PixelNoise(white_px=NOISE_PX, drift_px=0.0)
_FLEXIONS = [DOF_NAMES.index(f"{joint}_flexion_{side}") for joint in ("hip", "knee") for side in "rl"]
BIAS_SD = np.full((CAMERAS, N_POINTS), BIAS_PX)


def draw_motion(prior: MotionPrior, mean: Array, time_s: Array, bent_rad: float, rng: np.random.Generator) -> Array:
    """(F, 54) from the motion prior, starting in the middle of the volume with hips and knees bent so far."""
    x = np.zeros((len(time_s), 2 * N_DOF))
    start = prior.start_precision
    bounded = prior.deviation > 0
    x[0, :N_DOF][bounded] = mean[bounded] + rng.normal(0, 1, bounded.sum()) / np.sqrt(start[bounded, 0])
    x[0, N_DOF:][bounded] = rng.normal(0, 1, bounded.sum()) / np.sqrt(start[bounded, 1])
    x[0, :3] = 0.0, 0.0, 0.9
    x[0, _FLEXIONS] = bent_rad
    for t, dt in enumerate(np.diff(time_s)):
        for j in range(N_DOF):
            phi, q_inverse = np.empty((2, 2)), np.empty((2, 2))
            motion.transition(dt, prior.deviation[j], prior.rate, prior.acceleration_psd[j], phi, q_inverse)
            step = rng.multivariate_normal(np.zeros(2), np.linalg.inv(q_inverse))
            offset = np.array([mean[j], 0.0])
            x[t + 1, [j, N_DOF + j]] = offset + phi @ (x[t, [j, N_DOF + j]] - offset) + step
    return x


def draw_trial(
    rig: Rig, seed: int, frames: int = 40, spread_s: float = 0.0, bent_rad: float = 0.0, prior: MotionPrior = PRIOR
) -> tuple[Observations, Array, Array, Belief]:
    """What the cameras see, the true (F, 54), the true globals and the belief they were drawn from."""
    rng = np.random.default_rng(seed)
    belief = first_belief(0.84, prior, np.full((len(rig), N_POINTS), BIAS_PX))
    truth = belief.mean + rng.normal(0, 1, len(belief.mean)) * np.sqrt(np.diag(belief.covariance))
    x = draw_motion(prior, means_of(truth), np.arange(frames) / FPS, bent_rad, rng)
    offset_s = rng.uniform(-spread_s, spread_s, len(rig))
    return look_at(rig, x, truth, offset_s, prior, rng), x, truth, belief


def means_of(truth: Array) -> Array:
    """(27,) means of the degrees of freedom among the globals."""
    mean = np.zeros(N_DOF)
    mean[list(MEAN_DOFS)] = truth[FIRST_MEAN:FIRST_BIAS]
    return mean


def look_at(
    rig: Rig, x: Array, truth: Array, offset_s: Array, prior: MotionPrior, rng: np.random.Generator
) -> Observations:
    """What cameras that expose `offset_s` (C,) later see of poses and velocities (F, 54), with noise."""
    cameras, frames = len(rig), len(x)
    uv = np.empty((cameras, frames, N_POINTS, 2))
    for c in range(cameras):
        for t in range(frames):
            q = x[t, :N_DOF] + offset_s[c] * x[t, N_DOF:]
            uv[c, t] = project(rig.arrays, c, body_points(q, truth[:FIRST_MEAN], prior.coupling.array))
    uv += truth[FIRST_BIAS:].reshape(cameras, 1, N_POINTS, 2) + rng.normal(0, NOISE_PX, uv.shape)
    return Observations(
        np.arange(frames) / FPS,
        offset_s[:, None] * np.ones(frames),
        uv,
        np.full(uv.shape[:3], NOISE_PX**2),
        np.full(cameras, 0.01),
        np.full((cameras, N_POINTS), BIAS_PX),
        WHITE,
        1 / FPS,
    )


def solve(
    rig: Rig, seen: Observations, belief: Belief, q: Array, prior: MotionPrior = PRIOR
) -> tuple[smoothing_problem.TrialProblem, Estimate]:
    """The smoother's problem and its solution from a start at poses q (F, 27)."""
    problem = smoothing_problem.trial_problem(rig.arrays, seen, belief, prior)
    start = smoothing_problem.start_from(q, seen.time_s, belief)
    return problem, trial_smoother.descend(problem, start, max_steps=15)
