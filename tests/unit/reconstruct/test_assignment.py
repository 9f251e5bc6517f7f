"""The Hungarian method against scipy's."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from reconstruct.kernels.assignment import assign


@pytest.mark.parametrize("seed", range(30))
def test_total_cost_equals_scipy(seed: int):
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 7)), int(rng.integers(0, 7))
    cost = rng.uniform(0.0, 12.0, (rows, columns))
    cost[rng.random(cost.shape) < 0.2] = np.inf
    unmatched = 6.0
    match = np.empty(rows, dtype=np.int64)
    assign(cost, unmatched, match)
    taken = match[match >= 0]
    assert len(set(taken.tolist())) == len(taken)
    total = sum(cost[row, column] if column >= 0 else unmatched for row, column in enumerate(match))
    widened = np.hstack([np.minimum(cost, 1e3), np.where(np.eye(rows) > 0, unmatched, 1e3)])
    best = widened[linear_sum_assignment(widened)].sum()
    assert total == pytest.approx(best)
