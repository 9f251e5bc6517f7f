"""Levenberg-Marquardt on cameras and board poses, the board poses eliminated in every step.

Board poses outnumber everything else but only touch their neighbours in time: their block of the normal equations is
a band, factored once per step, after which the cameras' own system is small and dense (Schur complement).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cho_solve_banded, cholesky_banded

from calibration.bundle.motion import BoardViews, board_views, moving, still
from calibration.bundle.problem import Sightings, State
from calibration.kernels.board_view import CAMERA, COLUMNS, POSE
from calibration.kernels.normal_equations import accumulate, gather, residuals

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_FIRST_DAMPING = 1e-4
_LARGEST_DAMPING = 1e8
# Less than this share of the cost is far below what noise leaves undecided.
_RELATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Task:
    """What to minimise: corners with their weights, and what is known beforehand.

    Attributes
    ----------
    sightings : the measurements
    instant : (I,) around which each picture's time lies; None when every picture shows its own instant exactly
    weight : (N,) inverse variance per corner, 1/px^2
    free : (C, CAMERA) parameters that may move
    prior_precision : (C, CAMERA, CAMERA) Gaussian knowledge about each camera's parameters
    prior_step : (C, CAMERA) the step from the starting state to its mean
    """

    sightings: Sightings
    instant: Ints | None
    weight: Array
    free: NDArray[np.bool_]
    prior_precision: Array
    prior_step: Array

    def views(self, state: State) -> BoardViews:
        """The board in each picture, clocks of this state applied."""
        if self.instant is None:
            return board_views(still(self.sightings), state)
        return board_views(moving(self.sightings, self.instant, state.offset_s), state)


@dataclass(frozen=True, eq=False)
class Equations:
    """Normal equations at one state: A x + B y = a over cameras, B^T x + D y = d over board poses.

    A (C, CAMERA, CAMERA), a (C, CAMERA), B (C * CAMERA, 6 K), D banded as `cholesky_banded` wants it, d (6 K).
    """

    cost: float
    A: Array
    a: Array
    B: Array
    D: Array
    d: Array


@dataclass(frozen=True, eq=False)
class Reduced:
    """The cameras' own system S x = s over the free parameters, with what leads back to the board poses."""

    S: Array
    s: Array
    D_inverse_B: Array
    D_inverse_d: Array


def minimise(task: Task, state: State, iterations: int) -> State:
    """State after at most `iterations` accepted steps."""
    damping = _FIRST_DAMPING
    travelled = np.zeros(task.free.shape)
    equations = linearise(task, state, travelled)
    for _ in range(iterations):
        while damping < _LARGEST_DAMPING:
            camera_step, board_step = _solve(task, reduce(task, equations, damping))
            candidate = state.moved(camera_step, board_step)
            next_equations = linearise(task, candidate, travelled + camera_step)
            if next_equations.cost < equations.cost:
                break
            damping *= 10.0
        else:
            return state
        gained = equations.cost - next_equations.cost
        state, equations, travelled = candidate, next_equations, travelled + camera_step
        damping = max(damping * 0.1, 1e-12)
        if gained <= _RELATIVE_TOLERANCE * equations.cost:
            break
    return state


def misses(sightings: Sightings, state: State, views: BoardViews) -> Array:
    """Observed minus predicted pixels (N, 2)."""
    out = np.empty_like(sightings.corners.uv)
    residuals(
        state.cameras, state.readout_s, sightings.camera, sightings.start, views.R, views.t, views.twist,
        sightings.corners, out,
    )  # fmt: skip
    return out


def linearise(task: Task, state: State, travelled: Array) -> Equations:
    """Normal equations at a state that the cameras reached by moving `travelled` (C, CAMERA)."""
    sightings, views = task.sightings, task.views(state)
    n_pictures = len(sightings.camera)
    H, g = np.empty((n_pictures, COLUMNS, COLUMNS)), np.empty((n_pictures, COLUMNS))
    cost = np.empty(n_pictures)
    accumulate(
        state.cameras, state.readout_s, sightings.camera, sightings.start, views.R, views.t, views.twist,
        sightings.corners, task.weight, H, g, cost,
    )  # fmt: skip
    n_cameras, n_knots = len(state.offset_s), len(state.board_t)
    A, a = np.zeros((n_cameras, CAMERA, CAMERA)), np.zeros((n_cameras, CAMERA))
    B = np.zeros((n_cameras, CAMERA, n_knots * POSE))
    D, d = np.zeros((views.knot.shape[1] * POSE, n_knots * POSE)), np.zeros(n_knots * POSE)
    gather(H, g, sightings.camera, views.knot, views.chain, A, a, B, D, d)
    miss = task.prior_step - travelled
    pull = (task.prior_precision @ miss[..., None])[..., 0]
    return Equations(
        float(cost.sum() + (miss * pull).sum()),
        A + task.prior_precision,
        a + pull,
        B.reshape(n_cameras * CAMERA, n_knots * POSE),
        D,
        d,
    )


def reduce(task: Task, equations: Equations, damping: float) -> Reduced:
    """Eliminate the board poses."""
    free = task.free.ravel()
    D = equations.D.copy()
    # The tiny floor keeps a board pose that hardly anything was seen of from making the band singular.
    D[0] = D[0] * (1.0 + damping) + 1e-9 * max(float(np.median(D[0])), 1e-6)
    factor = cholesky_banded(D, lower=True, check_finite=False)
    B = equations.B[free]
    D_inverse_B = cho_solve_banded((factor, True), B.T, check_finite=False)
    D_inverse_d = cho_solve_banded((factor, True), equations.d, check_finite=False)
    n_cameras = len(equations.A)
    A = np.zeros((n_cameras, CAMERA, n_cameras, CAMERA))
    A[np.arange(n_cameras), :, np.arange(n_cameras), :] = equations.A
    S = A.reshape(free.size, free.size)[np.ix_(free, free)] - B @ D_inverse_B
    S[np.diag_indices_from(S)] *= 1.0 + damping
    return Reduced(S, equations.a.ravel()[free] - B @ D_inverse_d, D_inverse_B, D_inverse_d)


def _solve(task: Task, reduced: Reduced) -> tuple[Array, Array]:
    camera_step = np.zeros(task.free.shape)
    if not len(reduced.s):
        return camera_step, reduced.D_inverse_d.reshape(-1, POSE)
    scale = 1.0 / np.sqrt(np.maximum(np.diag(reduced.S), 1e-30))
    scaled = reduced.S * scale[:, None] * scale + 1e-12 * np.eye(len(scale))
    x = scale * cho_solve(cho_factor(scaled, lower=True, check_finite=False), scale * reduced.s, check_finite=False)
    camera_step[task.free] = x
    return camera_step, (reduced.D_inverse_d - reduced.D_inverse_B @ x).reshape(-1, POSE)
