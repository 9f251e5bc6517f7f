"""Small dense linear algebra without allocation, for matrices of a few dozen rows."""

import math

from geometry._jit import kernel


@kernel
def cholesky(A, L):
    """L (n, n) lower with L L^T = A; returns False (L unusable) where A is not positive definite."""
    n = len(A)
    for j in range(n):
        s = A[j, j]
        for k in range(j):
            s -= L[j, k] * L[j, k]
        if not s > 0.0:
            return False
        pivot = math.sqrt(s)
        L[j, j] = pivot
        for i in range(j + 1, n):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            L[i, j] = s / pivot
    return True


@kernel
def solve_cholesky(L, b, x):
    """x with L L^T x = b."""
    n = len(b)
    for i in range(n):
        s = b[i]
        for k in range(i):
            s -= L[i, k] * x[k]
        x[i] = s / L[i, i]
    for i in range(n - 1, -1, -1):
        s = x[i]
        for k in range(i + 1, n):
            s -= L[k, i] * x[k]
        x[i] = s / L[i, i]


@kernel
def inverse_from_cholesky(L, inverse):
    """(L L^T)^-1, symmetric, from the lower factor; L is kept."""
    n = len(L)
    for j in range(n):  # columns of L^-1 in the lower triangle
        inverse[j, j] = 1.0 / L[j, j]
        for i in range(j + 1, n):
            s = 0.0
            for k in range(j, i):
                s -= L[i, k] * inverse[k, j]
            inverse[i, j] = s / L[i, i]
    for i in range(n):  # L^-T L^-1, upper triangle row by row so that what is still needed is not overwritten
        for j in range(i + 1):
            s = 0.0
            for k in range(i, n):
                s += inverse[k, i] * inverse[k, j]
            inverse[j, i] = s
    for i in range(n):
        for j in range(i):
            inverse[i, j] = inverse[j, i]
