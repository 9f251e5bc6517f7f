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


@pytest.mark.parametrize(("size", "half"), [(30, 2), (1, 3), (4, 7), (40, 7)])
def test_a_running_median_looks_to_both_sides_and_no_further_than_the_ends(size: int, half: int):
    rng = np.random.default_rng(2)
    values = rng.integers(0, 9, size).astype(float)  # many of them equal
    values[rng.random(size) < 0.2] = np.nan
    smooth = np.empty(size)
    running_median(values, half, smooth)
    around = [values[max(i - half, 0) : i + half + 1] for i in range(size)]
    expected = [np.nanmedian(near) if np.isfinite(near).any() else np.nan for near in around]
    np.testing.assert_array_equal(smooth, expected)


@pytest.mark.parametrize("size", [1, 2, 9, 400])
def test_quantiles_equal_those_of_numpy(size: int):
    values = np.random.default_rng(3).normal(size=size)
    for share in (0.0, 0.5, 0.9, 1.0):
        assert quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-12)
