"""Who gets whom at the least total cost: the Hungarian method for the few people in a picture."""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel


@inner_kernel
def _all_get_their_best(cost, unmatched, match):
    """Give every row its cheapest column; whether no two rows want the same, and nothing can be cheaper."""
    n, m = cost.shape
    for row in range(n):
        match[row], least = -1, unmatched
        for column in range(m):
            if cost[row, column] < least:
                match[row], least = column, cost[row, column]
        for other in range(row):
            if match[row] >= 0 and match[other] == match[row]:
                return False
    return True


@kernel
def assign(cost, unmatched, match):
    """Match rows to columns so that the total cost is least, where a row may also stay alone.

    Parameters
    ----------
    cost : (n, m), infinite where a pair is impossible
    unmatched : cost of a row that stays alone
    match : (n,) filled with each row's column, or -1

    Notes
    -----
    Shortest augmenting paths with potentials (Jonker & Volgenant 1987), on the matrix widened by one private
    column of cost `unmatched` per row; O(n^2 (n + m)).
    """
    if _all_get_their_best(cost, unmatched, match):
        return
    n, m = cost.shape
    width = m + n
    u, v = np.zeros(n + 1), np.zeros(width + 1)
    row_of, way = np.zeros(width + 1, dtype=np.int64), np.zeros(width + 1, dtype=np.int64)
    for row in range(1, n + 1):
        row_of[0] = row
        least, used = np.full(width + 1, math.inf), np.zeros(width + 1, dtype=np.bool_)
        column = 0
        while row_of[column] != 0:
            used[column] = True
            i, step, following = row_of[column], math.inf, 0
            for j in range(1, width + 1):
                if used[j]:
                    continue
                if j <= m:
                    c = min(cost[i - 1, j - 1], 2.0 * unmatched + 1.0)
                else:
                    c = unmatched if j - m == i else 2.0 * unmatched + 1.0
                reduced = c - u[i] - v[j]
                if reduced < least[j]:
                    least[j], way[j] = reduced, column
                if least[j] < step:
                    step, following = least[j], j
            for j in range(width + 1):
                if used[j]:
                    u[row_of[j]] += step
                    v[j] -= step
                else:
                    least[j] -= step
            column = following
        while column != 0:
            row_of[column] = row_of[way[column]]
            column = way[column]
    match[:n] = -1
    for j in range(1, m + 1):
        if row_of[j] and cost[row_of[j] - 1, j - 1] < unmatched:
            match[row_of[j] - 1] = j - 1
