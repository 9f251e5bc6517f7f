"""What a trial's smoother minimises: a negative log posterior of poses, velocities and globals, given all pixels.

Unknowns are the 27 degrees of freedom and their velocities in every frame, and the globals of `belief`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.errors import ReconstructError
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.plates import CORNER_SD_PX, PlateObservations
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels import measurement, motion, plates
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

STUDENT_NU = 8.0


@dataclass(frozen=True, eq=False)
class Estimate:
    """A point in the space of unknowns: `x` (F, 54) poses and velocities, `globals` (G,)."""

    x: Array
    globals: Array


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
    return TrialProblem(cameras, seen, prior, symmetric_inverse(prior.covariance), motion_prior, phi, q_inverse, worn)


def start_from(q: Array, time_s: Array, belief: Belief) -> Estimate:
    """Start at poses (F, 27) with the velocities that they show."""
    velocity = np.gradient(q, time_s, axis=0) if len(q) > 1 else np.zeros_like(q)
    return Estimate(np.hstack([q, velocity]), belief.mean)


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
        likelihood += sum_plates(problem, problem.plates, at, belief)[0]
    return likelihood + first + moving + 0.5 * float(away @ problem.prior_precision @ away)


def sum_plates(
    problem: TrialProblem, worn: PlateObservations, at: Estimate, belief: Belief
) -> tuple[float, Array, Array]:
    """Cost of what is seen of the plates; information M and pull f of every sighting as in `kernels.plates`."""
    shape = worn.corners.shape[:3]
    M, f = np.empty((*shape, 6, 6)), np.empty((*shape, 6))
    cost = plates.sum_plates(
        at.x, problem.seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.mounts, worn.R0,
        problem.cameras, worn.segment, worn.half_m, worn.corners, CORNER_SD_PX**-2, worn.artefact_precision, M, f,
    )  # fmt: skip
    return cost, M, f


def residuals(problem: TrialProblem, at: Estimate) -> Array:
    """(C, F, P, 2) px that pose and bias leave unexplained, NaN where unseen."""
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    residual = np.full_like(seen.uv, np.nan)
    measurement.trial_residuals(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, residual,
    )  # fmt: skip
    return residual


def symmetric_inverse(matrix: Array) -> Array:
    """Inverse, symmetric to the last bit."""
    inverse = np.asarray(np.linalg.inv(matrix), dtype=float)
    return 0.5 * (inverse + inverse.T)
