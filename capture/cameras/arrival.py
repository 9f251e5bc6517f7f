"""Times of frames whose source gives none: when they came, and how sure that is."""

import math
from collections import deque
from itertools import pairwise
from statistics import median

_REMEMBERED = 120
_UNKNOWN_SD_NS = 10_000_000
_LEAST_SD_NS = 1_000_000
_SD_PER_MAD = 1.4826


class ArrivalTimes:
    """Estimates by how much arrivals jitter, from the intervals between them.

    An arrival that is off the beat (a stall, or a burst after one) is at least that uncertain.
    """

    def __init__(self) -> None:
        self._arrivals_ns: deque[int] = deque(maxlen=_REMEMBERED)

    def arrived(self, now_ns: int) -> int:
        """Note an arrival; returns the standard deviation of such times, ns."""
        self._arrivals_ns.append(now_ns)
        intervals = [later - earlier for earlier, later in pairwise(self._arrivals_ns)]
        if len(intervals) < _REMEMBERED // 10:
            return _UNKNOWN_SD_NS
        middle = median(intervals)
        # An interval is the difference of two arrivals that jitter each for itself.
        sd_ns = _SD_PER_MAD * median(abs(interval - middle) for interval in intervals) / math.sqrt(2)
        off_the_beat_ns = abs(intervals[-1] - middle)
        return max(_LEAST_SD_NS, round(sd_ns), round(off_the_beat_ns / math.sqrt(2)))
