"""The whole trial at once: every frame's pose, the body and every view's bias, by one maximum a posteriori estimate.

Gauss-Newton on reprojection errors; each step solves a chain of frames with a border of globals
(`kernels.block_chain`).  The posterior covariance includes the uncertainty of the globals.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.belief import Belief
from reconstruct.estimator.smoothing_problem import Estimate, TrialProblem, cost, symmetric_inverse
from reconstruct.estimator.smoothing_system import Factored, Room, factorise, normal_equations
from reconstruct.kernels import block_chain
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

_SETTLED = 5e-3
"""Decrease of the cost, in nats, below which nothing moves any more: no estimate lies further from the solution than
a tenth of its own standard error."""
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
    """

    time_s: Array
    x: Array
    covariance: Array
    belief: Belief

    @property
    def q(self) -> Array:
        """(F, 27) poses."""
        return self.x[:, :N_DOF]


@dataclass(frozen=True, eq=False)
class Settled(Estimate):
    """Where nothing moves any more: the system factored a last short step before serves here as well."""

    curvature: Factored


_Step = Callable[[TrialProblem, Estimate, Room], tuple[Estimate, Factored | None]]
"""Gauss-Newton step, and the factored system of everything where it was needed."""


def _curvature(problem: TrialProblem, at: Estimate) -> Factored:
    if isinstance(at, Settled) and at.curvature.problem is problem:
        return at.curvature
    return factorise(problem, at, Room.for_problem(problem))


def _step(problem: TrialProblem, at: Estimate, room: Room) -> tuple[Estimate, Factored | None]:
    """Gauss-Newton step of everything."""
    factored = factorise(problem, at, room)
    d_globals = np.asarray(np.linalg.solve(factored.schur, factored.right), dtype=float)
    frames, n, columns = factored.reduced.shape
    reduced = factored.reduced.reshape(-1, columns) @ np.append(-d_globals, 1.0)
    dx = block_chain.substitute(factored.L_inverse, factored.inwards, reduced.reshape(frames, n, 1))
    return Estimate(dx[:, :, 0], d_globals), factored


def _step_of_poses(problem: TrialProblem, at: Estimate, room: Room) -> tuple[Estimate, Factored | None]:
    """Gauss-Newton step that leaves the globals where they are."""
    system = normal_equations(problem, at, room)
    inwards = block_chain.towards_middle(system.E)
    downhill = np.ascontiguousarray(system.border[:, :, -1:])
    L_inverse = block_chain.eliminate(system.A, inwards, downhill)
    return Estimate(block_chain.substitute(L_inverse, inwards, downhill)[:, :, 0], np.zeros_like(at.globals)), None


def descend(problem: TrialProblem, start: Estimate, max_steps: int) -> Estimate:
    """Gauss-Newton with step halving, until nothing moves any more."""
    return _descend(problem, start, max_steps, _step)


def descend_poses(problem: TrialProblem, start: Estimate, max_steps: int) -> Estimate:
    """The same for poses and velocities only, given the globals."""
    return _descend(problem, start, max_steps, _step_of_poses)


def _descend(problem: TrialProblem, start: Estimate, max_steps: int, step: _Step) -> Estimate:
    at, lowest, room = start, cost(problem, start), Room.for_problem(problem)
    for _ in range(max_steps):
        towards, curvature = step(problem, at, room)
        fraction = 1.0
        while fraction >= _SHORTEST_STEP:
            next_ = Estimate(at.x + fraction * towards.x, at.globals + fraction * towards.globals)
            next_cost = cost(problem, next_)
            if next_cost < lowest:
                break
            fraction *= 0.5
        else:
            return at if curvature is None else Settled(at.x, at.globals, curvature)
        at, gained, lowest = next_, lowest - next_cost, next_cost
        if gained < _SETTLED:
            return at if curvature is None else Settled(at.x, at.globals, curvature)
    return at


def posterior_belief(problem: TrialProblem, at: Estimate) -> Belief:
    """Posterior of the globals alone, at the solution."""
    return replace(problem.prior, mean=at.globals, covariance=symmetric_inverse(_curvature(problem, at).schur))


def posterior(problem: TrialProblem, at: Estimate) -> SmoothedTrial:
    """Posterior of everything, at the solution; a pose whose covariance cannot be told is not told either (NaN)."""
    factored = _curvature(problem, at)
    belief = replace(problem.prior, mean=at.globals, covariance=symmetric_inverse(factored.schur))
    solved = block_chain.substitute(factored.L_inverse, factored.inwards, factored.reduced)
    sensitivity = np.ascontiguousarray(solved[:, :N_DOF, :-1])
    given = block_chain.conditional_covariances(factored.L_inverse, factored.inwards)[:, :N_DOF, :N_DOF]
    spread = (sensitivity.reshape(-1, len(at.globals)) @ belief.covariance).reshape(sensitivity.shape)
    covariance = given + spread @ np.swapaxes(sensitivity, 1, 2)
    told = np.isfinite(covariance).all(axis=(1, 2))
    return SmoothedTrial(problem.seen.time_s, np.where(told[:, None], at.x, np.nan), covariance, belief)
