"""Where the board was when a picture was taken, from its poses at the instants around.

Cameras that are not wired together take their pictures between the instants.  The board's path near an instant is
the parabola, in position and rotation vector, through that instant's pose and its two neighbours'.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.bundle.problem import Sightings, State
from geometry import se3

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST_GAP_S = 0.5
_NO_TURN = 1e-6


@dataclass(frozen=True, eq=False)
class Stencil:
    """Which M instants shape the board's pose in each picture: `weight` and its rate (I, M) for `knot` (I, M).

    The first is the instant itself; the weights of the others say how far the pose has gone towards theirs.
    """

    knot: Ints
    weight: Array
    rate: Array


@dataclass(frozen=True, eq=False)
class BoardViews:
    """The board in each picture.

    Attributes
    ----------
    R, t : (I, 3, 3), (I, 3) pose when the picture was taken: board to world
    twist : (I, 6) velocity in the board's frame, m/s and rad/s
    knot : (I, M) instants that shape it
    chain : (I, M, 6, 6) how a step of each instant's pose moves it
    """

    R: Array
    t: Array
    twist: Array
    knot: Ints
    chain: Array


def still(sightings: Sightings) -> Stencil:
    """Every picture is of its instant: synchronised cameras."""
    one = np.ones((len(sightings.camera), 1))
    return Stencil(sightings.knot[:, None], one, np.zeros_like(one))


def moving(sightings: Sightings, k: Ints, offset_s: Array) -> Stencil:
    """Every picture at its own time around instant `k` (I,), camera time offsets (C,) included.

    A neighbour counts when two cameras saw the board there and it is no further than LONGEST_GAP_S away.
    """
    time_s = sightings.time_s + offset_s[sightings.camera]
    known = np.where(sightings.views >= 2, sightings.knot_time_s, np.nan)
    gap = np.diff(known)
    gap = np.where(gap <= LONGEST_GAP_S, gap, np.nan)
    h1, h2 = np.r_[np.nan, gap][k], np.r_[gap, np.nan][k]
    late = np.where(np.isfinite(known[k]), time_s - sightings.knot_time_s[k], 0.0)
    weight, rate = _parabola(late, h1, h2)
    last = len(sightings.knot_time_s) - 1
    knot = np.stack([k, np.maximum(k - 1, 0), np.minimum(k + 1, last)], axis=-1)
    return Stencil(knot, weight, rate)


def board_views(stencil: Stencil, state: State) -> BoardViews:
    """Poses, velocities and their derivatives for a stencil."""
    R0, t0 = state.board_R[stencil.knot[:, 0]], state.board_t[stencil.knot[:, 0]]
    n_pictures, n_shaping = stencil.knot.shape
    chain = np.zeros((n_pictures, n_shaping, 6, 6))
    if n_shaping == 1:
        chain[:] = np.eye(6)
        return BoardViews(R0, t0, np.zeros((n_pictures, 6)), stencil.knot, chain)
    R0_inverse = np.swapaxes(R0, 1, 2)[:, None]
    Q = R0_inverse @ state.board_R[stencil.knot[:, 1:]]
    p = (R0_inverse @ (state.board_t[stencil.knot[:, 1:]] - t0[:, None])[..., None])[..., 0]
    theta = se3.vector_from_rotation(Q)
    w, rate = stencil.weight[:, 1:, None], stencil.rate[:, 1:, None]
    turn = (w * theta).sum(axis=1)
    E_inverse = se3.rotation_from_vector(-turn)
    right = _right_jacobian(turn)
    chain[:, 0, :3, :3] = E_inverse * stencil.weight[:, 0, None, None]
    chain[:, 0, 3:, 3:] = E_inverse - right @ (w[..., None] * _inverse_right_jacobian(-theta)).sum(axis=1)
    chain[:, 1:, :3, :3] = w[..., None] * (E_inverse[:, None] @ Q)
    chain[:, 1:, 3:, 3:] = w[..., None] * (right[:, None] @ _inverse_right_jacobian(theta))
    linear = (E_inverse @ (rate * p).sum(axis=1)[..., None])[..., 0]
    angular = (right @ (rate * theta).sum(axis=1)[..., None])[..., 0]
    R = R0 @ np.swapaxes(E_inverse, 1, 2)
    t = t0 + (R0 @ (w * p).sum(axis=1)[..., None])[..., 0]
    return BoardViews(R, t, np.concatenate([linear, angular], axis=-1), stencil.knot, chain)


def nearest_instants(sightings: Sightings, offset_s: Array) -> Ints:
    """(I,) instant nearest in time among those seen twice; a picture of a lone instant stays with it."""
    time_s = sightings.time_s + offset_s[sightings.camera]
    seen_twice = np.flatnonzero(sightings.views >= 2)
    if not len(seen_twice):
        return sightings.knot
    instants = sightings.knot_time_s[seen_twice]
    right = np.searchsorted(instants, time_s).clip(1, max(len(instants) - 1, 1)) if len(instants) > 1 else None
    if right is None:
        return sightings.knot
    nearest = np.where(time_s - instants[right - 1] <= instants[right] - time_s, right - 1, right)
    return np.where(sightings.views[sightings.knot] >= 2, seen_twice[nearest], sightings.knot)


def _parabola(late: Array, h1: Array, h2: Array) -> tuple[Array, Array]:
    """Weights and rates (I, 3) of the instant, the one `h1` before and the one `h2` after; NaN where there is none."""
    with np.errstate(invalid="ignore"):
        both = np.stack([late * (late - h2) / (h1 * (h1 + h2)), late * (late + h1) / (h2 * (h1 + h2))])
        both_rate = np.stack([(2 * late - h2) / (h1 * (h1 + h2)), (2 * late + h1) / (h2 * (h1 + h2))])
        zero = np.zeros_like(late)
        before, before_rate = np.stack([-late / h1, zero]), np.stack([-1.0 / h1, zero])
        after, after_rate = np.stack([zero, late / h2]), np.stack([zero, 1.0 / h2])
    choices = [np.isfinite(h1) & np.isfinite(h2), np.isfinite(h1), np.isfinite(h2)]
    weight = np.select(choices, [both, before, after], 0.0)
    rate = np.select(choices, [both_rate, before_rate, after_rate], 0.0)
    return (
        np.stack([1.0 - weight.sum(axis=0), weight[0], weight[1]], axis=-1),
        np.stack([-rate.sum(axis=0), rate[0], rate[1]], axis=-1),
    )


def _right_jacobian(vector: Array) -> Array:
    """(..., 3, 3): exp(v + dv) = exp(v) exp(J dv)."""
    angle = np.linalg.norm(vector, axis=-1)[..., None, None]
    safe = np.maximum(angle, _NO_TURN)
    K = se3.skew(vector)
    return np.eye(3) - K * (1.0 - np.cos(safe)) / safe**2 + K @ K * (safe - np.sin(safe)) / safe**3


def _inverse_right_jacobian(vector: Array) -> Array:
    angle = np.linalg.norm(vector, axis=-1)[..., None, None]
    safe = np.maximum(angle, _NO_TURN)
    K = se3.skew(vector)
    return np.eye(3) + 0.5 * K + K @ K * (1.0 / safe**2 - (1.0 + np.cos(safe)) / (2.0 * safe * np.sin(safe)))
