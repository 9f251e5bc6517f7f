"""Linear systems of a chain of frames with a border of globals.

    [ A_1 E_1          B_1 ] [dx_1]   [b_1]
    [ E_1' A_2 E_2     B_2 ] [dx_2] = [b_2]        E_t couples each degree of freedom only with itself:
    [      ...         ... ] [ .. ]   [ ..]        (N, 2, 2) blocks on (q_j, v_j)
    [ B_1' B_2' ...    C   ] [dg  ]   [ g ]

Block Cholesky forward, Schur complement onto the globals, then back-substitution and the covariance of every frame
(selected inversion), all with dense products small enough to stay in cache.
"""

import numpy as np

from geometry._jit import inner_kernel, kernel


@inner_kernel
def _coupling_times(E, M, out):
    """out = E M for the structured E (N, 2, 2) and M (2N, m)."""
    n = len(E)
    for j in range(n):
        for c in range(M.shape[1]):
            out[j, c] = E[j, 0, 0] * M[j, c] + E[j, 0, 1] * M[n + j, c]
            out[n + j, c] = E[j, 1, 0] * M[j, c] + E[j, 1, 1] * M[n + j, c]


@inner_kernel
def _times_coupling(M, E, out):
    """out = M E for M (m, 2N) and the structured E (N, 2, 2)."""
    n = len(E)
    for r in range(len(M)):
        for j in range(n):
            out[r, j] = M[r, j] * E[j, 0, 0] + M[r, n + j] * E[j, 1, 0]
            out[r, n + j] = M[r, j] * E[j, 0, 1] + M[r, n + j] * E[j, 1, 1]


@inner_kernel
def _inverse_lower(L, out):
    n = len(L)
    for j in range(n):
        out[j, j] = 1.0 / L[j, j]
        for i in range(j + 1, n):
            s = 0.0
            for k in range(j, i):
                s += L[i, k] * out[k, j]
            out[i, j] = -s / L[i, i]


@kernel
def eliminate(A, E, right):
    """Forward elimination.

    Parameters
    ----------
    A : (F, n, n) diagonal blocks; E : (F - 1, n / 2, 2, 2) couplings
    right : (F, n, m) right-hand sides, replaced by L_t^-1 times the reduced right-hand side

    Returns
    -------
    L_inverse : (F, n, n) inverse Cholesky factors of the reduced diagonal blocks
    """
    frames, n, _ = A.shape
    L_inverse = np.zeros((frames, n, n))
    D, W, _WE = np.empty((n, n)), np.empty((n, n)), np.empty((n, n))
    D[:, :] = A[0]
    for t in range(frames):
        _inverse_lower(np.linalg.cholesky(D), L_inverse[t])
        right[t] = np.dot(L_inverse[t], right[t])
        if t + 1 < frames:
            _times_coupling(L_inverse[t], E[t], W)
            D[:, :] = A[t + 1] - np.dot(W.T, W)
            right[t + 1] -= np.dot(W.T, right[t])
    return L_inverse


@kernel
def substitute(L_inverse, E, reduced):
    """Back-substitution: solutions (F, n, m) from what `eliminate` left in `right`."""
    frames, n, m = reduced.shape
    solution = np.empty((frames, n, m))
    coupled = np.empty((n, m))
    for t in range(frames - 1, -1, -1):
        rest = reduced[t].copy()
        if t + 1 < frames:
            _coupling_times(E[t], solution[t + 1], coupled)
            rest -= np.dot(L_inverse[t], coupled)
        solution[t] = np.dot(L_inverse[t].T, rest)
    return solution


@kernel
def conditional_covariances(L_inverse, E):
    """(F, n, n) covariance of each frame given the globals."""
    frames, n, _ = L_inverse.shape
    covariance = np.empty((frames, n, n))
    gain = np.empty((n, n))
    for t in range(frames - 1, -1, -1):
        own = np.dot(L_inverse[t].T, L_inverse[t])
        covariance[t] = own
        if t + 1 < frames:
            _times_coupling(own, E[t], gain)
            covariance[t] += np.dot(np.dot(gain, covariance[t + 1]), gain.T)
    return covariance
