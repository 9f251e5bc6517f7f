"""Small linear algebra against LAPACK."""

import numpy as np
import pytest

from reconstruct.kernels.linear import cholesky, inverse_from_cholesky, solve_cholesky


@pytest.mark.parametrize("n", [1, 3, 27])
def test_agrees_with_lapack(n: int) -> None:
    rng = np.random.default_rng(n)
    root = rng.normal(size=(n, n))
    A, b = root @ root.T + n * np.eye(n), rng.normal(size=n)
    L, x, inverse = np.zeros((n, n)), np.empty(n), np.empty((n, n))
    assert cholesky(A, L)
    solve_cholesky(L, b, x)
    inverse_from_cholesky(L, inverse)
    np.testing.assert_allclose(L, np.linalg.cholesky(A), atol=1e-12)
    np.testing.assert_allclose(x, np.linalg.solve(A, b), atol=1e-12)
    np.testing.assert_allclose(inverse, np.linalg.inv(A), atol=1e-12)


@pytest.mark.parametrize("A", [np.zeros((2, 2)), -np.eye(3), np.full((2, 2), np.nan), np.array([[1.0, 2], [2, 1]])])
def test_says_when_a_matrix_is_not_positive_definite(A: np.ndarray) -> None:
    assert not cholesky(A, np.zeros_like(A))
