"""Linear systems of a chain of frames with a border of globals.

    [ A_1 E_1          B_1 ] [dx_1]   [b_1]
    [ E_1' A_2 E_2     B_2 ] [dx_2] = [b_2]        E_t couples each degree of freedom only with itself:
    [      ...         ... ] [ .. ]   [ ..]        (N, 2, 2) blocks on (q_j, v_j)
    [ B_1' B_2' ...    C   ] [dg  ]   [ g ]

Block Cholesky from both ends of the chain towards its middle frame, one core for each half; Schur complement onto the
globals; then back-substitution and the covariance of every frame (selected inversion) from the middle outwards.
"""

import numpy as np

from geometry._jit import inner_kernel, kernel, parallel_kernel, prange
from reconstruct.kernels.linear import add_rows, factorise, lower_times, lower_transposed_times


@kernel
def towards_middle(E):
    """Couplings (F, N, 2, 2) of every frame with its neighbour nearer the middle frame F // 2, from E (F - 1, N, 2, 2).

    The middle frame's own entry is zero.
    """
    frames, n = len(E) + 1, E.shape[1]
    middle = frames // 2
    inwards = np.zeros((frames, n, 2, 2))
    inwards[:middle] = E[:middle]
    for t in range(middle + 1, frames):
        for j in range(n):
            inwards[t, j] = E[t - 1, j].T
    return inwards


@inner_kernel
def _minus_coupling_times(E, M, out):
    """out = -E M for the structured E (N, 2, 2) and M (2N, m)."""
    n = len(E)
    for j in range(n):
        a, b, c, d = E[j, 0, 0], E[j, 0, 1], E[j, 1, 0], E[j, 1, 1]
        q, v, out_q, out_v = M[j], M[n + j], out[j], out[n + j]
        for i in range(len(q)):
            out_q[i] = -a * q[i] - b * v[i]
            out_v[i] = -c * q[i] - d * v[i]


@inner_kernel
def _times_coupling(M, E, out):
    """out = M E for M (m, 2N) and the structured E (N, 2, 2)."""
    n = len(E)
    for r in range(len(M)):
        for j in range(n):
            out[r, j] = M[r, j] * E[j, 0, 0] + M[r, n + j] * E[j, 1, 0]
            out[r, n + j] = M[r, j] * E[j, 0, 1] + M[r, n + j] * E[j, 1, 1]


@inner_kernel
def _pass_on(W, done, a, b, A, right):
    """A -= W^T W in the upper triangle and right -= W^T done, for W = L^-1 E: its columns j, N + j begin at row j."""
    n = len(W)
    half = n // 2
    for j in range(half):
        for k in range(j, n):
            a[k], b[k] = -W[k, j], -W[k, half + j]
        add_rows(a, b, W, j, n, j, n, A[j], A[half + j])
        add_rows(a, b, done, j, n, 0, done.shape[1], right[j], right[half + j])


@inner_kernel
def _eliminate_half(A, inwards, right, L_inverse, first, step, last_A, last_right):
    """Eliminate frames `first`, `first + step` ... up to the middle; `last_*` receive what that takes off there."""
    frames, n, _ = A.shape
    W, a, b = np.empty((n, n)), np.empty(n), np.empty(n)
    t, middle = first, frames // 2
    while t != middle:
        factorise(A[t], L_inverse[t], right[t], a, b)
        _times_coupling(L_inverse[t], inwards[t], W)
        if t + step == middle:
            _pass_on(W, right[t], a, b, last_A, last_right)
        else:
            _pass_on(W, right[t], a, b, A[t + step], right[t + step])
        t += step


@parallel_kernel
def eliminate(A, inwards, right):
    """Elimination from both ends.

    Parameters
    ----------
    A : (F, n, n) diagonal blocks, overwritten; inwards : (F, n / 2, 2, 2) of `towards_middle`
    right : (F, n, m) right-hand sides, replaced by L_t^-1 times the reduced right-hand side

    Returns
    -------
    L_inverse : (F, n, n) inverse Cholesky factors of the reduced diagonal blocks
    """
    frames, n, m = right.shape
    middle = frames // 2
    L_inverse = np.empty((frames, n, n))
    last_A, last_right = np.zeros((2, n, n)), np.zeros((2, n, m))
    for half in prange(2):
        first, step = (0, 1) if half == 0 else (frames - 1, -1)
        _eliminate_half(A, inwards, right, L_inverse, first, step, last_A[half], last_right[half])
    A[middle] += last_A[0] + last_A[1]
    right[middle] += last_right[0] + last_right[1]
    factorise(A[middle], L_inverse[middle], right[middle], np.empty(n), np.empty(n))
    return L_inverse


@inner_kernel
def _substitute_half(L_inverse, inwards, reduced, solution, first, step):
    frames, n, m = reduced.shape
    rest, coupled, a, b = np.empty((n, m)), np.empty((n, m)), np.empty(n), np.empty(n)
    t = first
    while 0 <= t < frames:
        rest[:] = reduced[t]
        _minus_coupling_times(inwards[t], solution[t - step], coupled)
        lower_times(L_inverse[t], coupled, rest)
        lower_transposed_times(L_inverse[t], rest, a, b, solution[t])
        t += step


@parallel_kernel
def substitute(L_inverse, inwards, reduced):
    """Back-substitution: solutions (F, n, m) from what `eliminate` left in `right`."""
    frames, n, _ = reduced.shape
    middle = frames // 2
    solution = np.zeros(reduced.shape)
    lower_transposed_times(L_inverse[middle], reduced[middle], np.empty(n), np.empty(n), solution[middle])
    for half in prange(2):
        step = 1 if half == 0 else -1
        _substitute_half(L_inverse, inwards, reduced, solution, middle + step, step)
    return solution


@inner_kernel
def _covariances_of_half(L_inverse, inwards, covariance, first, step):
    frames, n, _ = L_inverse.shape
    gain = np.empty((n, n))
    t = first
    while 0 <= t < frames:
        own = np.dot(L_inverse[t].T, L_inverse[t])
        _times_coupling(own, inwards[t], gain)
        covariance[t] = own + np.dot(np.dot(gain, covariance[t - step]), gain.T)
        t += step


@parallel_kernel
def conditional_covariances(L_inverse, inwards):
    """(F, n, n) covariance of each frame given the globals."""
    middle = len(L_inverse) // 2
    covariance = np.empty(L_inverse.shape)
    covariance[middle] = np.dot(L_inverse[middle].T, L_inverse[middle])
    for half in prange(2):
        step = 1 if half == 0 else -1
        _covariances_of_half(L_inverse, inwards, covariance, middle + step, step)
    return covariance
