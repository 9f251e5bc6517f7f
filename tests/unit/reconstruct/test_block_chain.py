"""Chain solver against one dense system, motion model against matrix exponentials."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from reconstruct.kernels import block_chain, motion

Array = NDArray[np.float64]


def random_chain(frames: int, n: int, globals_: int) -> tuple[Array, Array, Array, Array]:
    """Blocks (A, E, B, C) of a random positive definite chain whose couplings are per degree of freedom."""
    rng = np.random.default_rng(frames)
    E = rng.normal(size=(frames - 1, n, 2, 2)) * 0.3
    B = rng.normal(size=(frames, 2 * n, globals_)) * 0.1
    root = rng.normal(size=(frames, 2 * n, 2 * n)) * 0.3
    A = root @ np.swapaxes(root, 1, 2) + 4 * np.eye(2 * n)
    return A, E, B, 8 * np.eye(globals_)


def dense(A: Array, E: Array, B: Array, C: Array) -> Array:
    frames, n, globals_ = B.shape
    H = np.zeros((frames * n + globals_, frames * n + globals_))
    half = n // 2
    for t in range(frames):
        rows = slice(t * n, (t + 1) * n)
        H[rows, rows] = A[t]
        H[rows, frames * n :], H[frames * n :, rows] = B[t], B[t].T
        if t + 1 < frames:
            block = np.zeros((n, n))
            for j in range(half):
                block[np.ix_([j, half + j], [j, half + j])] = E[t, j]
            after = slice((t + 1) * n, (t + 2) * n)
            H[rows, after], H[after, rows] = block, block.T
    H[frames * n :, frames * n :] = C
    return H


@pytest.mark.parametrize("frames", [1, 2, 5, 9])
def test_solution_and_covariance_equal_those_of_the_dense_system(frames: int) -> None:
    n, globals_ = 3, 4
    A, E, B, C = random_chain(frames, n, globals_)
    H = dense(A, E, B, C)
    right = np.random.default_rng(1).normal(size=len(H))
    border = np.concatenate([B, right[: frames * 2 * n].reshape(frames, 2 * n, 1)], axis=2)
    inwards = block_chain.towards_middle(E)
    L_inverse = block_chain.eliminate(A, inwards, border)
    flat = border.reshape(-1, globals_ + 1)
    gram = flat.T @ flat
    schur = C - gram[:globals_, :globals_]
    d_globals = np.linalg.solve(schur, right[frames * 2 * n :] - gram[:globals_, -1])
    reduced = border[:, :, -1] - border[:, :, :-1] @ d_globals
    dx = block_chain.substitute(L_inverse, inwards, np.ascontiguousarray(reduced[:, :, None]))[:, :, 0]
    np.testing.assert_allclose(np.concatenate([dx.ravel(), d_globals]), np.linalg.solve(H, right), atol=1e-10)

    inverse = np.linalg.inv(H)
    np.testing.assert_allclose(np.linalg.inv(schur), inverse[-globals_:, -globals_:], atol=1e-10)
    sensitivity = block_chain.substitute(L_inverse, inwards, np.ascontiguousarray(border[:, :, :-1]))
    given = block_chain.conditional_covariances(L_inverse, inwards)
    total = given + sensitivity @ np.linalg.inv(schur) @ np.swapaxes(sensitivity, 1, 2)
    for t in range(frames):
        rows = slice(t * 2 * n, (t + 1) * 2 * n)
        np.testing.assert_allclose(total[t], inverse[rows, rows], atol=1e-10)


def noise_integral(F: Array, L: Array, psd: float, dt: float) -> Array:
    """Process covariance by Van Loan's matrix exponential."""
    n = len(F)
    block = np.zeros((2 * n, 2 * n))
    block[:n, :n], block[:n, n:], block[n:, n:] = -F, psd * np.outer(L, L), F.T
    exponential = expm(block * dt)
    return exponential[n:, n:].T @ exponential[:n, n:]


@pytest.mark.parametrize("dt", [0.008, 0.1])
@pytest.mark.parametrize("deviation", [0.0, 0.14])
def test_transition_equals_the_matrix_exponential(dt: float, deviation: float) -> None:
    rate, psd = 4.3, 70.0
    F = np.array([[0.0, 1.0], [-(rate**2), -2 * rate]]) if deviation else np.array([[0.0, 1.0], [0.0, 0.0]])
    density = 4 * rate**3 * deviation**2 if deviation else psd
    phi, q_inverse = np.empty((2, 2)), np.empty((2, 2))
    motion.transition(dt, deviation, rate, psd, phi, q_inverse)
    np.testing.assert_allclose(phi, expm(F * dt), atol=1e-12)
    expected = noise_integral(F, np.array([0.0, 1.0]), density, dt)
    np.testing.assert_allclose(np.linalg.inv(q_inverse), expected, rtol=1e-6, atol=1e-16)
