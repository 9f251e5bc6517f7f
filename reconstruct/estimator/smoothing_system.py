"""The smoother's problem, linearised: Gauss-Newton normal equations of a chain of frames with a border of globals."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN
from reconstruct.estimator.smoothing_problem import STUDENT_NU, Estimate, TrialProblem, sum_plates
from reconstruct.kernels import block_chain, measurement, motion, plate_normals
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Room:
    """Memory for the system of a trial, used again from step to step: fresh memory costs as much as what is done in it.

    `A` (F, 54, 54), `E` (F - 1, 27, 2, 2), `border` (F, 54, G + 1)
    """

    A: Array
    E: Array
    border: Array

    @classmethod
    def for_problem(cls, problem: TrialProblem) -> "Room":
        """Room for a trial's frames and globals."""
        frames, size = len(problem.seen.time_s), len(problem.prior.mean)
        return cls(
            np.empty((frames, 2 * N_DOF, 2 * N_DOF)),
            np.empty((frames - 1, N_DOF, 2, 2)),
            np.empty((frames, 2 * N_DOF, size + 1)),
        )


@dataclass(frozen=True, eq=False)
class System:
    """Gauss-Newton system: chain `A` (F, 54, 54) and `E`, `border` (F, 54, G + 1) with the gradient in the last
    column, globals `C` (G, G) and their gradient `g` (G,); gradients point downhill."""

    A: Array
    E: Array
    border: Array
    C: Array
    g: Array


def normal_equations(problem: TrialProblem, at: Estimate, room: Room) -> System:
    """Normal equations at a point, in `room`."""
    seen, belief = problem.seen, replace(problem.prior, mean=at.globals)
    A, E, border, gx = room.A, room.E, room.border, np.zeros_like(at.x)
    for part in (A, E, border):
        part[:] = 0.0
    C = problem.prior_precision.copy()
    g = problem.prior_precision @ (problem.prior.mean - at.globals)
    measurement.add_trial(
        at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.bias, problem.cameras,
        seen.uv, seen.variance, seen.inflation, STUDENT_NU, A, border, gx, C, g, FIRST_BIAS,
    )  # fmt: skip
    if problem.plates is not None:
        _, M, f = sum_plates(problem, problem.plates, at, belief)
        plate_normals.add_plates(
            at.x, seen.offset_s, belief.geometry, problem.motion.coupling.array, belief.mounts, belief.biases.stop,
            problem.plates.R0, problem.plates.segment, M, f, A, border, gx, C, g,
        )  # fmt: skip
    means, columns = problem.means(at.globals), problem.motion.mean_column
    columns = np.where(columns >= 0, columns + FIRST_MEAN, -1)
    motion.add_motion(at.x, means, columns, problem.phi, problem.q_inverse, A, border, E, gx, C, g)
    motion.add_start(at.x[0], means, columns, problem.motion.start_precision, A[0], border[0], gx[0], C, g)
    border[:, :, -1] = gx
    return System(A, E, border, C, g)


def gradient(problem: TrialProblem, at: Estimate) -> tuple[Array, Array]:
    """Downhill gradient of `cost` with respect to poses and velocities (F, 54) and globals (G,)."""
    system = normal_equations(problem, at, Room.for_problem(problem))
    return system.border[:, :, -1], system.g


@dataclass(frozen=True, eq=False)
class Factored:
    """Gauss-Newton system of `problem` after elimination of the frames: `reduced` (F, 54, G + 1)."""

    problem: TrialProblem
    L_inverse: Array
    inwards: Array
    reduced: Array
    schur: Array
    right: Array


def factorise(problem: TrialProblem, at: Estimate, room: Room) -> Factored:
    """Normal equations at a point after elimination of the frames; they stay in `room`."""
    system = normal_equations(problem, at, room)
    size = len(at.globals)
    inwards = block_chain.towards_middle(system.E)
    L_inverse = block_chain.eliminate(system.A, inwards, system.border)
    flat = system.border.reshape(-1, size + 1)
    gram = flat.T @ flat
    schur, right = system.C - gram[:size, :size], system.g - gram[:size, size]
    return Factored(problem, L_inverse, inwards, system.border, schur, right)
