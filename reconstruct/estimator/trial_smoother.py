"""The whole trial at once: every frame's pose, the body and every view's bias, by one maximum a posteriori estimate.

Unknowns are the 27 degrees of freedom and their velocities in every frame, and the globals of `belief`.  Gauss-Newton
on reprojection errors; each step solves a chain of frames with a border of globals (`kernels.block_chain`).  The
posterior covariance includes the uncertainty of the globals.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.errors import ReconstructError
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels import block_chain, measurement, motion
from reconstruct.skeleton import N_DOF

Array = NDArray[np.float64]

STUDENT_NU = 4.0
MAX_STEPS = 12
_SETTLED = 5e-5
_SHORTEST_STEP = 1.0 / 64.0


@dataclass(frozen=True, eq=False)
class SmoothedTrial:
    """Posterior of a trial.

    Attributes
    ----------
    time_s : (F,)
    x : (F, 54) poses and velocities
    covariance : (F, 27, 27) of the poses, everything unknown included
    belief : posterior of the globals
    residual : (C, F, P, 2) px that pose and bias leave unexplained, NaN where unseen
    cost : negative log posterior, without constants
    steps : Gauss-Newton steps taken
    """

    time_s: Array
    x: Array
    covariance: Array
    belief: Belief
    residual: Array
    cost: float
    steps: int

    @property
    def q(self) -> Array:
        """(F, 27) poses."""
        return self.x[:, :N_DOF]


@dataclass(frozen=True, eq=False)
class _Estimate:
    """A point in the space of unknowns."""

    x: Array
    globals: Array


@dataclass(frozen=True, eq=False)
class _Problem:
    """What stays fixed while the estimate moves."""

    cameras: CameraArrays
    seen: Observations
    prior: Belief
    prior_precision: Array
    motion: MotionPrior
    phi: Array
    q_inverse: Array

    def means(self, globals_: Array) -> Array:
        """(27,) mean of every degree of freedom, 0 where it has none."""
        means = np.zeros(N_DOF)
        means[list(MEAN_DOFS)] = globals_[FIRST_MEAN:FIRST_BIAS]
        return means


def _transitions(time_s: Array, prior: MotionPrior) -> tuple[Array, Array]:
    steps = np.diff(time_s)
    phi, q_inverse = np.empty((len(steps), N_DOF, 2, 2)), np.empty((len(steps), N_DOF, 2, 2))
    for t, dt in enumerate(steps):
        if t and dt == steps[t - 1]:
            phi[t], q_inverse[t] = phi[t - 1], q_inverse[t - 1]
            continue
        for j in range(N_DOF):
            motion.transition(dt, prior.deviation[j], prior.rate, prior.acceleration_psd[j], phi[t, j], q_inverse[t, j])
    return phi, q_inverse


def _cost(problem: _Problem, at: _Estimate) -> float:
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    means = problem.means(at.globals)
    start = problem.motion.start_precision
    away = at.globals - problem.prior.mean
    likelihood = measurement.trial_cost(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, seen.variance, seen.inflation, STUDENT_NU,
    )  # fmt: skip
    first = 0.5 * float(start[:, 0] @ (at.x[0, :N_DOF] - means) ** 2 + start[:, 1] @ at.x[0, N_DOF:] ** 2)
    moving = motion.motion_cost(at.x, means, problem.phi, problem.q_inverse)
    return likelihood + first + moving + 0.5 * float(away @ problem.prior_precision @ away)


@dataclass(frozen=True, eq=False)
class _Factored:
    """Gauss-Newton system after elimination of the frames: `reduced` (F, 54, G + 1)."""

    L_inverse: Array
    E: Array
    reduced: Array
    schur: Array
    right: Array


def _factorise(problem: _Problem, at: _Estimate) -> _Factored:
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    frames, size = len(at.x), len(at.globals)
    A, E = np.zeros((frames, 2 * N_DOF, 2 * N_DOF)), np.zeros((frames - 1, N_DOF, 2, 2))
    border, gx = np.zeros((frames, 2 * N_DOF, size + 1)), np.zeros((frames, 2 * N_DOF))
    C = problem.prior_precision.copy()
    g = problem.prior_precision @ (problem.prior.mean - at.globals)
    measurement.add_trial(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, seen.variance, seen.inflation, STUDENT_NU, A, border, gx, C, g, FIRST_BIAS,
    )  # fmt: skip
    means, columns = problem.means(at.globals), problem.motion.mean_column
    columns = np.where(columns >= 0, columns + FIRST_MEAN, -1)
    motion.add_motion(at.x, means, columns, problem.phi, problem.q_inverse, A, border, E, gx, C, g)
    motion.add_start(at.x[0], means, columns, problem.motion.start_precision, A[0], border[0], gx[0], C, g)
    border[:, :, size] = gx
    L_inverse = block_chain.eliminate(A, E, border)
    flat = border.reshape(-1, size + 1)
    gram = flat.T @ flat
    return _Factored(L_inverse, E, border, C - gram[:size, :size], g - gram[:size, size])


def _step(factored: _Factored) -> _Estimate:
    d_globals: Array = np.linalg.solve(factored.schur, factored.right)
    reduced = factored.reduced[:, :, -1] - factored.reduced[:, :, :-1] @ d_globals
    dx = block_chain.substitute(factored.L_inverse, factored.E, np.ascontiguousarray(reduced[:, :, None]))
    return _Estimate(dx[:, :, 0], d_globals)


def _descend(problem: _Problem, start: _Estimate) -> tuple[_Estimate, float, int]:
    at, cost = start, _cost(problem, start)
    for steps in range(1, MAX_STEPS + 1):
        towards = _step(_factorise(problem, at))
        fraction = 1.0
        while fraction >= _SHORTEST_STEP:
            next_ = _Estimate(at.x + fraction * towards.x, at.globals + fraction * towards.globals)
            next_cost = _cost(problem, next_)
            if next_cost < cost:
                break
            fraction *= 0.5
        else:
            return at, cost, steps
        at, cost = next_, next_cost
        if np.abs(fraction * towards.x[:, :N_DOF]).max() < _SETTLED:
            return at, cost, steps
    return at, cost, MAX_STEPS


def _posterior(factored: _Factored) -> tuple[Array, Array]:
    """Covariances of the poses (F, 27, 27) and of the globals (G, G)."""
    globals_covariance = np.linalg.inv(factored.schur)
    globals_covariance = 0.5 * (globals_covariance + globals_covariance.T)
    sensitivity = block_chain.substitute(
        factored.L_inverse, factored.E, np.ascontiguousarray(factored.reduced[:, :, :-1])
    )[:, :N_DOF]
    given = block_chain.conditional_covariances(factored.L_inverse, factored.E)[:, :N_DOF, :N_DOF]
    return given + sensitivity @ globals_covariance @ np.swapaxes(sensitivity, 1, 2), globals_covariance


def _residual(problem: _Problem, at: _Estimate) -> Array:
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    residual = np.full_like(seen.uv, np.nan)
    measurement.trial_residuals(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, residual,
    )  # fmt: skip
    return residual


def smooth_trial(
    cameras: CameraArrays, seen: Observations, prior: Belief, motion_prior: MotionPrior, q: Array
) -> SmoothedTrial:
    """Posterior of a trial.

    Parameters
    ----------
    cameras : C cameras
    seen : what they saw, F frames
    prior : belief about the globals before this trial
    motion_prior : expected movement
    q : (F, 27) start, for instance from `frame_ik`

    Raises
    ------
    ReconstructError : nothing was seen
    """
    if not np.isfinite(seen.uv).any():
        raise ReconstructError("no body point was seen in any camera; check that the person is in view")
    phi, q_inverse = _transitions(seen.time_s, motion_prior)
    precision: Array = np.linalg.inv(prior.covariance)
    problem = _Problem(cameras, seen, prior, precision, motion_prior, phi, q_inverse)
    velocity = np.gradient(q, seen.time_s, axis=0) if len(q) > 1 else np.zeros_like(q)
    at, cost, steps = _descend(problem, _Estimate(np.hstack([q, velocity]), prior.mean))
    covariance, globals_covariance = _posterior(_factorise(problem, at))
    belief = Belief(at.globals, globals_covariance)
    return SmoothedTrial(seen.time_s, at.x, covariance, belief, _residual(problem, at), cost, steps)
