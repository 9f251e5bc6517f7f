"""The motion of a joint against a textbook Kalman filter."""

import numpy as np
from numpy.typing import NDArray

from geometry._jit import kernel
from reconstruct.kernels.point_filter import PointFilter, point_filter, predict, start, update

Array = NDArray[np.float64]


@kernel
def _run(state: PointFilter, psd: Array, interval: float, quadratic: Array, first: Array, covariance: Array) -> None:
    start(state, 0, first[0], first[1], first[2], covariance, 2.0)
    predict(state, interval, psd)
    update(state, 0, quadratic)


def test_prediction_and_update_equal_the_textbook():
    rng = np.random.default_rng(1)
    half = rng.normal(0.0, 30.0, (4, 3))
    information, pull = half.T @ half, rng.normal(0.0, 20.0, 3)
    quadratic = np.array([*information[np.triu_indices(3)], *pull, 0.0])
    first, covariance = rng.normal(0.0, 1.0, 3), np.diag([1e-3, 2e-3, 4e-4])
    psd, t = np.array([300.0]), 0.02
    state = point_filter(1)
    _run(state, psd, t, quadratic, first, covariance)

    eye, zero = np.eye(3), np.zeros((3, 3))
    move = np.block([[eye, t * eye], [zero, eye]])
    added = psd[0] * np.block([[t**3 / 3 * eye, t**2 / 2 * eye], [t**2 / 2 * eye, t * eye]])
    P = move @ np.block([[covariance, zero], [zero, 4.0 * eye]]) @ move.T + added
    x = np.concatenate([first, np.zeros(3)])
    H = np.hstack([eye, zero])
    R = np.linalg.inv(information)
    gain = P @ H.T @ np.linalg.inv(H @ P @ H.T + R)
    x = x + gain @ (R @ pull)
    P = P - gain @ H @ P
    assert np.allclose(np.concatenate([state.position[0], state.velocity[0]]), x, atol=1e-10)
    assert np.allclose(state.pp[0], P[:3, :3], atol=1e-12)
    assert np.allclose(state.pv[0], P[:3, 3:], atol=1e-10)
    assert np.allclose(state.vv[0], P[3:, 3:], atol=1e-9)
