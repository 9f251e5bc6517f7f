"""Medians of what is known against NumPy's."""

import numpy as np
import pytest

from reconstruct.kernels.medians import fill_medians, running_median
from reconstruct.medians import quantile


def test_medians_equal_those_of_numpy_and_skip_what_is_unknown():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 7))
    values[rng.random(values.shape) < 0.4] = np.nan
    values[0], values[1, 1:] = np.nan, np.nan
    medians = np.empty(len(values))
    fill_medians(values, medians)
    assert np.isnan(medians[0])
    assert np.array_equal(medians[1:], np.nanmedian(values[1:], axis=1))


def test_a_running_median_looks_to_both_sides_and_no_further_than_the_ends():
    values = np.random.default_rng(2).normal(size=30)
    values[[3, 4, 20]] = np.nan
    smooth = np.empty(30)
    running_median(values, 2, smooth)
    expected = [np.nanmedian(values[max(i - 2, 0) : i + 3]) for i in range(30)]
    assert np.array_equal(smooth, expected)


@pytest.mark.parametrize("size", [1, 2, 9, 400])
def test_quantiles_equal_those_of_numpy(size: int):
    values = np.random.default_rng(3).normal(size=size)
    for share in (0.0, 0.5, 0.9, 1.0):
        assert quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-12)
