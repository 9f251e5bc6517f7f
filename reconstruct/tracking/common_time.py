"""Keypoints of cameras that expose at different times, carried to common instants."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.tracking.instants import Instants

Array = NDArray[np.float64]

_LONGEST_REACH = 2.5
"""Frame periods between two detections that may be joined by a line, or up to a single one's carrying on."""
_UNKNOWN_SPEED = 2.0
"""Standard deviation, m/s, of a joint's speed where only one detection is near."""


def carry_to_instants(
    uv: Array, variance: Array, time_s: Array, instants: Instants, psd: Array, px_per_metre: Array
) -> tuple[Array, Array]:
    """Keypoints at common instants, by straight lines between each camera's own detections.

    Parameters
    ----------
    uv, variance : (C, F, K, 2) px and (C, F, K) px^2, NaN where not seen
    time_s : (C, F) capture times
    instants : G of them
    psd : (K,) power spectral density of the joints' acceleration, m^2/s^3
    px_per_metre : (C, F) magnification at the person

    Returns
    -------
    uv, variance : (C, G, K, 2) and (C, G, K); the variance has grown by what the joint may have done meanwhile: a
        path of white acceleration between two detections a and b seconds away strays from their line by a variance of
        psd a^2 b^2 / (3 (a + b)).  Averaging two detections is no gain, as most of their error is the same
    """
    cameras, _, keypoints = variance.shape
    moved = np.full((cameras, len(instants.time_s), keypoints, 2), np.nan)
    grown = np.full(moved.shape[:3], np.nan)
    for c in range(cameras):
        reach = _LONGEST_REACH * float(np.median(np.diff(time_s[c])))
        scale = np.asarray(np.interp(instants.time_s, time_s[c], px_per_metre[c]), dtype=np.float64) ** 2
        for k in range(keypoints):
            seen = np.flatnonzero(np.isfinite(variance[c, :, k]))
            if seen.size:
                track = time_s[c, seen], uv[c, seen, k], variance[c, seen, k]
                moved[c, :, k], grown[c, :, k] = _carry(*track, instants.time_s, reach, scale, psd[k])
    return moved, grown


def _carry(
    times: Array, uv: Array, variance: Array, wanted: Array, reach: float, px2_per_m2: Array, psd: float
) -> tuple[Array, Array]:
    """One joint of one camera: detections at `times` (n,) carried to the `wanted` (G,) times."""
    after = np.searchsorted(times, wanted).clip(0, len(times) - 1)
    before = np.where(times[after] > wanted, (after - 1).clip(0), after)
    a, b = wanted - times[before], times[after] - wanted
    joined = (a >= 0.0) & (b >= 0.0) & (a + b <= reach)
    share = np.where(joined & (a + b > 0.0), a / np.where(a + b > 0.0, a + b, 1.0), 0.0)
    line = (1.0 - share)[:, None] * uv[before] + share[:, None] * uv[after]
    line_variance = (1.0 - share) * variance[before] + share * variance[after]
    stray = psd * (a * b) ** 2 / (3.0 * np.where(a + b > 0.0, a + b, 1.0))
    nearest = np.where(np.abs(a) <= np.abs(b), before, after)
    away = np.minimum(np.abs(a), np.abs(b))
    alone = np.where(away <= reach / 2.0, variance[nearest] + (_UNKNOWN_SPEED * away) ** 2 * px2_per_m2, np.nan)
    grown = np.where(joined, line_variance + stray * px2_per_m2, alone)
    return np.where(joined[:, None], line, uv[nearest]), grown
