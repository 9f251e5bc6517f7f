"""Keypoints of the newest set of views carried to the set's instant: `common_time` for one who knows only the past.

A view that was taken after the instant is joined to the camera's view before by a straight line and read there; one
that was taken before it is carried on along that line.  The variance grows by what the joint may have done meanwhile.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LONGEST_REACH_S = 0.06
"""Between two detections that may be joined by a line."""
_UNKNOWN_SPEED = 2.0
"""Standard deviation, m/s, of a joint's speed where it was not seen just before."""


class InstantCarrier:
    """Remembers every camera's last detections.

    Parameters
    ----------
    cameras : C of them
    psd : (K,) power spectral density of the joints' acceleration, m^2/s^3
    fresh : share of a detection's variance that is new in every picture, the rest being the same for a while
    """

    def __init__(self, cameras: int, psd: Array, fresh: float) -> None:
        self._psd, self._fresh = psd, fresh
        self._seen_s = np.full((cameras, len(psd)), np.nan)
        self._uv = np.zeros((cameras, len(psd), 2))
        self._variance = np.zeros((cameras, len(psd)))

    def carry(
        self, instant_s: float, exposed_s: Array, uv: Array, variance: Array, px_per_metre: Array
    ) -> tuple[Array, Array]:
        """Keypoints at the instant.

        Parameters
        ----------
        exposed_s : (C,) when each view was taken
        uv, variance : (C, K, 2) px and (C, K) px^2 per axis, NaN where not seen
        px_per_metre : (C,) magnification at the person

        Returns
        -------
        uv, variance : at the instant.  White acceleration makes a joint stray from the line by a variance of
            psd a^2 b^2 / (3 (a + b)) between two detections a and b seconds away, and of psd b^2 (a + b) / 3 when it is
            carried on for b seconds beyond detections that are a seconds apart
        """
        later = (exposed_s - instant_s)[:, None]
        apart = exposed_s[:, None] - self._seen_s
        seen = np.isfinite(variance) & np.isfinite(uv).all(axis=-1)
        joined = (apart > 0.0) & (apart <= _LONGEST_REACH_S) & seen
        back = np.where(joined, later / np.where(joined, apart, 1.0), 0.0)
        moved = uv.copy()
        moved[joined] += back[joined, None] * (self._uv[joined] - uv[joined])
        grown = np.where(
            joined,
            np.where(later > 0.0, (1.0 - back) * variance + back * self._variance, variance * self._amplified(-back)),
            variance,
        )
        grown += self._stray_m2(later, apart, joined) * px_per_metre[:, None] ** 2
        self._seen_s[seen] = np.broadcast_to(exposed_s[:, None], seen.shape)[seen]
        self._uv[seen], self._variance[seen] = uv[seen], variance[seen]
        return moved, grown

    def _amplified(self, beyond: Array) -> Array:
        """Factor on the variance of a detection carried on by this share of the time since the one before."""
        return 1.0 + 2.0 * self._fresh * beyond * (1.0 + beyond)

    def _stray_m2(self, later: Array, apart: Array, joined: NDArray[np.bool_]) -> Array:
        """Variance (C, K) m^2 of what a joint did off its line, or altogether where there is no line."""
        apart = np.where(joined, apart, 1.0)
        between = (later * (apart - later)) ** 2 / (3.0 * apart)
        beyond = later**2 * (apart - later) / 3.0
        strayed = self._psd * np.where(later > 0.0, between, beyond)
        return np.where(joined, strayed, (_UNKNOWN_SPEED * later) ** 2)
