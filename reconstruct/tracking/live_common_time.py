"""Keypoints of the newest set of views carried to the set's instant: `common_time` for one who knows only the past.

A view that was taken after the instant is joined to the camera's view before by a straight line and read there; one
that was taken before it is carried on along that line.  The variance grows by what the joint may have done meanwhile.
"""

import numpy as np
from numpy.typing import NDArray

from reconstruct.kernels.carry import carry_views

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
        shape = (cameras, len(psd))
        self._psd, self._fresh = psd, fresh
        self._seen_s, self._seen_uv, self._seen_variance = (
            np.full(shape, np.nan),
            np.zeros((*shape, 2)),
            np.zeros(shape),
        )
        self._moved, self._grown = np.empty((*shape, 2)), np.empty(shape)

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
        uv, variance : at the instant, overwritten by the next call.  White acceleration makes a joint stray from the
            line by a variance of psd a^2 b^2 / (3 (a + b)) between two detections a and b seconds away, and of
            psd b^2 (a + b) / 3 when it is carried on for b seconds beyond detections that are a seconds apart
        """
        carry_views(
            instant_s, exposed_s, px_per_metre, self._psd, self._fresh, _LONGEST_REACH_S, _UNKNOWN_SPEED, uv, variance,
            self._seen_s, self._seen_uv, self._seen_variance, self._moved, self._grown,
        )  # fmt: skip
        return self._moved, self._grown
