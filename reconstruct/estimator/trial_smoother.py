"""The whole trial at once: every frame's pose, the body and every view's bias, by one maximum a posteriori estimate.

Unknowns are the 27 degrees of freedom and their velocities in every frame, and the globals of `belief`.  Gauss-Newton
on reprojection errors; each step solves a chain of frames with a border of globals (`kernels.block_chain`).  The
posterior covariance includes the uncertainty of the globals.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.errors import ReconstructError
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.plates import CORNER_SD_PX, PlateObservations
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels import block_chain, measurement, motion, plate_normals, plates
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

STUDENT_NU = 8.0
_SETTLED = 1e-3
"""Decrease of the cost, in nats, below which nothing moves any more: no estimate lies further from the solution than
a twentieth of its own standard error."""
_SHORTEST_STEP = 1.0 / 64.0


@dataclass(frozen=True, eq=False)
class Estimate:
    """A point in the space of unknowns: `x` (F, 54) poses and velocities, `globals` (G,).

    `curvature` is the factored system of a point so near that it serves for this one, where one is at hand.
    """

    x: Array
    globals: Array
    curvature: "_Factored | None" = None


@dataclass(frozen=True, eq=False)
class TrialProblem:
    """What stays fixed while the estimate moves: cameras, what they saw, and what was known before.

    Where there are `plates`, they are the ones whose mountings stand in the belief.
    """

    cameras: CameraArrays
    seen: Observations
    prior: Belief
    prior_precision: Array
    motion: MotionPrior
    phi: Array
    q_inverse: Array
    plates: PlateObservations | None = None

    def means(self, globals_: Array) -> Array:
        """(27,) mean of every degree of freedom, 0 where it has none."""
        means = np.zeros(N_DOF)
        means[list(MEAN_DOFS)] = globals_[FIRST_MEAN:FIRST_BIAS]
        return means


@dataclass(frozen=True, eq=False)
class SmoothedTrial:
    """Posterior of a trial.

    Attributes
    ----------
    time_s : (F,)
    x : (F, 54) poses and velocities
    covariance : (F, 27, 27) of the poses, everything unknown included
    belief : posterior of the globals
    """

    time_s: Array
    x: Array
    covariance: Array
    belief: Belief

    @property
    def q(self) -> Array:
        """(F, 27) poses."""
        return self.x[:, :N_DOF]


def cost(problem: TrialProblem, at: Estimate) -> float:
    """Negative log posterior, without constants."""
    seen = problem.seen
    means = problem.means(at.globals)
    start = problem.motion.start_precision
    away = at.globals - problem.prior.mean
    belief = replace(problem.prior, mean=at.globals)
    likelihood = measurement.trial_cost(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, seen.variance, seen.inflation, STUDENT_NU,
    )  # fmt: skip
    first = 0.5 * float(start[:, 0] @ (at.x[0, :N_DOF] - means) ** 2 + start[:, 1] @ at.x[0, N_DOF:] ** 2)
    moving = motion.motion_cost(at.x, means, problem.phi, problem.q_inverse)
    if problem.plates is not None:
        likelihood += _sum_plates(problem, problem.plates, at, belief)[0]
    return likelihood + first + moving + 0.5 * float(away @ problem.prior_precision @ away)


def _sum_plates(
    problem: TrialProblem, worn: PlateObservations, at: Estimate, belief: Belief
) -> tuple[float, Array, Array]:
    shape = worn.corners.shape[:3]
    M, f = np.empty((*shape, 6, 6)), np.empty((*shape, 6))
    cost = plates.sum_plates(
        at.x, problem.seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.mounts, worn.R0,
        problem.cameras, worn.segment, worn.half_m, worn.corners, CORNER_SD_PX**-2, worn.artefact_precision, M, f,
    )  # fmt: skip
    return cost, M, f


@dataclass(frozen=True, eq=False)
class _System:
    """Gauss-Newton system: chain `A` (F, 54, 54) and `E`, `border` (F, 54, G + 1) with the gradient in the last
    column, globals `C` (G, G) and their gradient `g` (G,); gradients point downhill."""

    A: Array
    E: Array
    border: Array
    C: Array
    g: Array


def _system(problem: TrialProblem, at: Estimate) -> _System:
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
    if problem.plates is not None:
        _, M, f = _sum_plates(problem, problem.plates, at, belief)
        plate_normals.add_plates(
            at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.mounts, belief.biases.stop,
            problem.plates.R0, problem.plates.segment, M, f, A, border, gx, C, g,
        )  # fmt: skip
    means, columns = problem.means(at.globals), problem.motion.mean_column
    columns = np.where(columns >= 0, columns + FIRST_MEAN, -1)
    motion.add_motion(at.x, means, columns, problem.phi, problem.q_inverse, A, border, E, gx, C, g)
    motion.add_start(at.x[0], means, columns, problem.motion.start_precision, A[0], border[0], gx[0], C, g)
    border[:, :, size] = gx
    return _System(A, E, border, C, g)


def gradient(problem: TrialProblem, at: Estimate) -> tuple[Array, Array]:
    """Downhill gradient of `cost` with respect to poses and velocities (F, 54) and globals (G,)."""
    system = _system(problem, at)
    return system.border[:, :, -1], system.g


@dataclass(frozen=True, eq=False)
class _Factored:
    """Gauss-Newton system of `problem` after elimination of the frames: `reduced` (F, 54, G + 1)."""

    problem: TrialProblem
    L_inverse: Array
    inwards: Array
    reduced: Array
    schur: Array
    right: Array


def _factorise(problem: TrialProblem, at: Estimate) -> _Factored:
    system = _system(problem, at)
    size = len(at.globals)
    inwards = block_chain.towards_middle(system.E)
    L_inverse = block_chain.eliminate(system.A, inwards, system.border)
    flat = system.border.reshape(-1, size + 1)
    gram = flat.T @ flat
    schur, right = system.C - gram[:size, :size], system.g - gram[:size, size]
    return _Factored(problem, L_inverse, inwards, system.border, schur, right)


def _curvature(problem: TrialProblem, at: Estimate) -> _Factored:
    near = at.curvature
    return near if near is not None and near.problem is problem else _factorise(problem, at)


def _step(problem: TrialProblem, at: Estimate) -> Estimate:
    """Gauss-Newton step of everything."""
    factored = _factorise(problem, at)
    d_globals = np.asarray(np.linalg.solve(factored.schur, factored.right), dtype=float)
    frames, n, columns = factored.reduced.shape
    reduced = factored.reduced.reshape(-1, columns) @ np.append(-d_globals, 1.0)
    dx = block_chain.substitute(factored.L_inverse, factored.inwards, reduced.reshape(frames, n, 1))
    return Estimate(dx[:, :, 0], d_globals, factored)


def _step_of_poses(problem: TrialProblem, at: Estimate) -> Estimate:
    """Gauss-Newton step that leaves the globals where they are."""
    system = _system(problem, at)
    inwards = block_chain.towards_middle(system.E)
    downhill = np.ascontiguousarray(system.border[:, :, -1:])
    L_inverse = block_chain.eliminate(system.A, inwards, downhill)
    return Estimate(block_chain.substitute(L_inverse, inwards, downhill)[:, :, 0], np.zeros_like(at.globals))


def descend(problem: TrialProblem, start: Estimate, max_steps: int) -> Estimate:
    """Gauss-Newton with step halving, until nothing moves any more."""
    return _descend(problem, start, max_steps, _step)


def descend_poses(problem: TrialProblem, start: Estimate, max_steps: int) -> Estimate:
    """The same for poses and velocities only, given the globals."""
    return _descend(problem, start, max_steps, _step_of_poses)


def _descend(
    problem: TrialProblem, start: Estimate, max_steps: int, step: Callable[[TrialProblem, Estimate], Estimate]
) -> Estimate:
    at, lowest = start, cost(problem, start)
    for _ in range(max_steps):
        towards = step(problem, at)
        fraction = 1.0
        while fraction >= _SHORTEST_STEP:
            next_ = Estimate(at.x + fraction * towards.x, at.globals + fraction * towards.globals)
            next_cost = cost(problem, next_)
            if next_cost < lowest:
                break
            fraction *= 0.5
        else:
            return replace(at, curvature=towards.curvature)
        at, gained, lowest = next_, lowest - next_cost, next_cost
        if gained < _SETTLED:
            return replace(at, curvature=towards.curvature)
    return at


def _inverse(matrix: Array) -> Array:
    inverse = np.asarray(np.linalg.inv(matrix), dtype=float)
    return 0.5 * (inverse + inverse.T)


def posterior_belief(problem: TrialProblem, at: Estimate) -> Belief:
    """Posterior of the globals alone, at the solution."""
    return replace(problem.prior, mean=at.globals, covariance=_inverse(_curvature(problem, at).schur))


def posterior(problem: TrialProblem, at: Estimate) -> SmoothedTrial:
    """Posterior of everything, at the solution."""
    factored = _curvature(problem, at)
    belief = replace(problem.prior, mean=at.globals, covariance=_inverse(factored.schur))
    solved = block_chain.substitute(factored.L_inverse, factored.inwards, factored.reduced)
    sensitivity = np.ascontiguousarray(solved[:, :N_DOF, :-1])
    given = block_chain.conditional_covariances(factored.L_inverse, factored.inwards)[:, :N_DOF, :N_DOF]
    spread = (sensitivity.reshape(-1, len(at.globals)) @ belief.covariance).reshape(sensitivity.shape)
    covariance = given + spread @ np.swapaxes(sensitivity, 1, 2)
    return SmoothedTrial(problem.seen.time_s, at.x, covariance, belief)


def residuals(problem: TrialProblem, at: Estimate) -> Array:
    """(C, F, P, 2) px that pose and bias leave unexplained, NaN where unseen."""
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    residual = np.full_like(seen.uv, np.nan)
    measurement.trial_residuals(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, residual,
    )  # fmt: skip
    return residual


def trial_problem(
    cameras: CameraArrays,
    seen: Observations,
    prior: Belief,
    motion_prior: MotionPrior,
    worn: PlateObservations | None = None,
) -> TrialProblem:
    """The estimation problem of one trial.

    Raises
    ------
    ReconstructError : nothing was seen
    """
    if not np.isfinite(seen.uv).any():
        raise ReconstructError("no body point was seen in any camera; check that the person is in view")
    steps = len(seen.time_s) - 1
    phi, q_inverse = np.empty((steps, N_DOF, 2, 2)), np.empty((steps, N_DOF, 2, 2))
    motion.transitions(
        seen.time_s, motion_prior.deviation, motion_prior.rate, motion_prior.acceleration_psd, phi, q_inverse
    )
    return TrialProblem(cameras, seen, prior, _inverse(prior.covariance), motion_prior, phi, q_inverse, worn)


def start_from(q: Array, time_s: Array, belief: Belief) -> Estimate:
    """Start at poses (F, 27) with the velocities that they show."""
    velocity = np.gradient(q, time_s, axis=0) if len(q) > 1 else np.zeros_like(q)
    return Estimate(np.hstack([q, velocity]), belief.mean)
