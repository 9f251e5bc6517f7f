"""The motion of a joint against a textbook Kalman filter."""

import numpy as np
from numpy.typing import NDArray

from geometry._jit import kernel
from reconstruct.kernels.point_filter import PointFilter, point_filter, predict, start, update

Array = NDArray[np.float64]


@kernel
def _run(state: PointFilter, psd: Array, intervals: Array, quadratics: Array, first: Array, covariance: Array) -> None:
    start(state, 0, first[0], first[1], first[2], covariance, 2.0)
    for step in range(len(intervals)):
        predict(state, intervals[step], psd)
        update(state, 0, quadratics[step])


def _textbook(x: Array, P: Array, t: float, psd: float, information: Array, pull: Array) -> tuple[Array, Array]:
    """One prediction and one update in information form; `pull` is A d of an offset d from the predicted place."""
    eye, zero = np.eye(3), np.zeros((3, 3))
    move = np.block([[eye, t * eye], [zero, eye]])
    added = psd * np.block([[t**3 / 3 * eye, t**2 / 2 * eye], [t**2 / 2 * eye, t * eye]])
    x, P = move @ x, move @ P @ move.T + added
    H = np.hstack([eye, zero])
    posterior = np.asarray(np.linalg.inv(np.linalg.inv(P) + H.T @ information @ H), dtype=np.float64)
    return x + posterior @ (H.T @ pull), posterior


def test_predictions_and_updates_equal_the_textbook():
    rng = np.random.default_rng(1)
    steps = 40
    halves = rng.normal(0.0, 30.0, (steps, 4, 3))
    halves[::3, 2:] = 0.0  # a single view: rank two
    information = np.swapaxes(halves, 1, 2) @ halves
    pull = (information @ rng.normal(0.0, 0.03, (steps, 3, 1)))[..., 0]
    upper = np.triu_indices(3)
    quadratics = np.array([[*A[upper], *b, 0.0] for A, b in zip(information, pull, strict=True)])
    intervals = rng.uniform(0.005, 0.04, steps)
    first, covariance = rng.normal(0.0, 1.0, 3), np.diag([1e-3, 2e-3, 4e-4])
    psd = np.array([300.0])
    state = point_filter(1)
    _run(state, psd, intervals, quadratics, first, covariance)

    x, P = np.concatenate([first, np.zeros(3)]), np.diag([*np.diag(covariance), 4.0, 4.0, 4.0])
    for t, A, b in zip(intervals.tolist(), information, pull, strict=True):
        x, P = _textbook(x, P, t, psd[0], A, b)
    assert np.allclose(np.concatenate([state.position[0], state.velocity[0]]), x, atol=1e-8)
    assert np.allclose(state.pp[0], P[:3, :3], rtol=1e-6, atol=1e-10)
    assert np.allclose(state.pv[0], P[:3, 3:], rtol=1e-6, atol=1e-8)
    assert np.allclose(state.vv[0], P[3:, 3:], rtol=1e-6, atol=1e-7)
