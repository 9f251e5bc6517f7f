"""Small dense linear algebra without allocation, for matrices of a few dozen rows.

Where many columns wait, everything is a sum of rows: inner loops run along two rows at once, which the compiler turns
into vector instructions that keep the arithmetic units busy.  No BLAS, whose threads would fight with ours.
"""

import math

from geometry._jit import inner_kernel, kernel


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


@inner_kernel
def add_rows(a, b, rows, first, last, low, high, out_a, out_b):
    """out_a += sum_k a[k] rows[k] and out_b += sum_k b[k] rows[k], k from `first`, in the columns from `low`."""
    o, p = out_a[low:high], out_b[low:high]
    k = first
    while k + 4 <= last:
        a0, a1, a2, a3 = a[k], a[k + 1], a[k + 2], a[k + 3]
        b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
        r0, r1, r2, r3 = rows[k, low:high], rows[k + 1, low:high], rows[k + 2, low:high], rows[k + 3, low:high]
        for c in range(len(o)):
            o[c] += a0 * r0[c] + a1 * r1[c] + a2 * r2[c] + a3 * r3[c]
            p[c] += b0 * r0[c] + b1 * r1[c] + b2 * r2[c] + b3 * r3[c]
        k += 4
    while k < last:
        a0, b0, r0 = a[k], b[k], rows[k, low:high]
        for c in range(len(o)):
            o[c] += a0 * r0[c]
            p[c] += b0 * r0[c]
        k += 1


@inner_kernel
def _finish_rows(first, coupling, second, low, high, row, next_row):
    """Last step of forward substitution in two neighbouring rows."""
    o, p = row[low:high], next_row[low:high]
    for c in range(len(o)):
        o[c] *= first
        p[c] = (p[c] - coupling * o[c]) * second


@inner_kernel
def factorise(A, L_inverse, right, a, b):
    """Cholesky factorisation of A (n, n), n even, and forward substitution, by elimination of pairs of rows.

    Parameters
    ----------
    A : becomes L^T in its upper triangle; what is below is neither read nor meant
    L_inverse : (n, n) out
    right : (n, m) becomes L^-1 right
    a, b : (n,) scratch
    """
    n = len(A)
    L_inverse[:] = 0.0
    for i in range(0, n, 2):
        L_inverse[i, i] = L_inverse[i + 1, i + 1] = 1.0
        for k in range(i):
            a[k], b[k] = -A[k, i], -A[k, i + 1]
        add_rows(a, b, A, 0, i, i, n, A[i], A[i + 1])
        first = 1.0 / math.sqrt(A[i, i])
        coupling = A[i, i + 1] * first
        second = 1.0 / math.sqrt(A[i + 1, i + 1] - coupling * coupling)
        _finish_rows(first, coupling, second, i, n, A[i], A[i + 1])
        add_rows(a, b, L_inverse, 0, i, 0, i, L_inverse[i], L_inverse[i + 1])
        _finish_rows(first, coupling, second, 0, i + 2, L_inverse[i], L_inverse[i + 1])
        add_rows(a, b, right, 0, i, 0, right.shape[1], right[i], right[i + 1])
        _finish_rows(first, coupling, second, 0, right.shape[1], right[i], right[i + 1])


@inner_kernel
def lower_times(L, M, out):
    """out += L M for lower triangular L (n, n) and M (n, m), n even."""
    for i in range(0, len(L), 2):
        add_rows(L[i], L[i + 1], M, 0, i + 2, 0, M.shape[1], out[i], out[i + 1])


@inner_kernel
def lower_transposed_times(L, M, a, b, out):
    """out += L^T M for lower triangular L (n, n) and M (n, m), n even; a, b (n,) scratch."""
    n = len(L)
    for i in range(0, n, 2):
        for k in range(i, n):
            a[k], b[k] = L[k, i], L[k, i + 1]
        add_rows(a, b, M, i, n, 0, M.shape[1], out[i], out[i + 1])
