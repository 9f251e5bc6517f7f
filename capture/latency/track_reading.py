"""Where a tracked point was at a moment between frames."""

import numpy as np

from capture.types import Array

_REACH = 4
"""Frames on either side; the parabola through them is smoother than the detector's jitter."""
_MIN_FRAMES = 5


def read_track(time_s: Array, uv: Array, at_s: Array) -> Array:
    """Positions (T, K, 2) at times `at_s` (T,), from frames `uv` (F, K, 2) at `time_s` (F,), NaN where not seen.

    A parabola is fitted to the nearby frames, near ones counting most (local regression, Cleveland 1979).  Reading
    between two noisy frames instead would make shifts by half a frame look best, because there noise averages out.
    NaN comes where the moment is not between frames or fewer than five of those nearby have seen the point.
    """
    interval_s = float(np.median(np.diff(time_s)))
    centre = np.clip(np.searchsorted(time_s, at_s), _REACH, len(time_s) - 1 - _REACH)
    window = centre[:, None] + np.arange(-_REACH, _REACH + 1)
    x = (time_s[window] - at_s[:, None]) / ((_REACH + 1) * interval_s)
    near = np.clip(1.0 - x**2, 0.0, None)
    values = uv[window]
    seen = np.asarray(np.isfinite(values).all(axis=-1), dtype=np.bool_)
    values = np.where(seen[..., None], values, 0.0)
    powers = x[:, None, :] ** np.arange(5)[:, None]
    moments = np.einsum("tpw,twk->tkp", powers * near[:, None], seen.astype(float))
    sums = np.einsum("tpw,twkx->tkpx", powers[:, :3] * near[:, None], values)
    read = _parabola_at_zero(moments, sums)
    between = (at_s >= time_s[0]) & (at_s <= time_s[-1])
    enough = (seen & (near > 0)[..., None]).sum(axis=1) >= _MIN_FRAMES
    read[~(enough & between[:, None])] = np.nan
    return read


def _parabola_at_zero(moments: Array, sums: Array) -> Array:
    """Value at zero of the weighted parabola with power sums (..., 5) of x and (..., 3, 2) of x times the values."""
    m0, m1, m2, m3, m4 = np.moveaxis(moments, -1, 0)
    c0, c1, c2 = m2 * m4 - m3 * m3, m2 * m3 - m1 * m4, m1 * m3 - m2 * m2
    determinant = m0 * c0 + m1 * c1 + m2 * c2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (c0[..., None] * sums[..., 0, :] + c1[..., None] * sums[..., 1, :] + c2[..., None] * sums[..., 2, :]) / (
            determinant[..., None]
        )
