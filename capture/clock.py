"""A node's clock against the hub's: offset, drift and how sure they are.

The node asks the hub for its time again and again.  What a round trip takes longer than the quickest one bounds the
error of the offset it gives, so quick ones weigh most (the minimum-delay filter of NTP, RFC 5905, made continuous).
A weighted line through the recent exchanges gives offset and drift.  Everything here is arithmetic on nanoseconds:
the sockets are elsewhere.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from capture.types import Array

_S = 1e9
_MIN_EXCHANGES = 12
_REMEMBERED_EXCHANGES = 512
_TIMER_NOISE_NS = 5e3
_DRIFT_SD = 200e3
"""ns per s: what a computer's quartz may be off, 200 ppm."""
_DRIFT_WALK = 100.0
"""ns per s per sqrt(s): temperature, and the operating system steering its clock."""
_QUICKEST_SHARE = 16
_SURPRISE_SD = 5.0
_SURPRISES = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer: sent and received on the node's clock, the two between on the hub's, all ns."""

    request_sent_ns: int
    request_received_ns: int
    reply_sent_ns: int
    reply_received_ns: int

    @property
    def round_trip_ns(self) -> int:
        """Time spent on the way, there and back."""
        return max(0, self.reply_received_ns - self.request_sent_ns - (self.reply_sent_ns - self.request_received_ns))

    @property
    def offset_ns(self) -> int:
        """Hub minus node, if both ways took equally long."""
        there = self.request_received_ns - self.request_sent_ns
        back = self.reply_sent_ns - self.reply_received_ns
        return (there + back) // 2


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """Hub minus node at one moment of the node's clock.

    Attributes
    ----------
    offset_ns : hub minus node
    drift : how fast the offset grows, ns per ns
    sd_ns : standard deviation of the offset, the unknowable difference between the two ways included
    round_trip_ns : shortest recent round trip
    """

    offset_ns: int
    drift: float
    sd_ns: int
    round_trip_ns: int


class ClockEstimator:
    """Weighted line through the remembered exchanges, with a prior on the drift."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=_REMEMBERED_EXCHANGES)
        self._surprises = 0
        self._line = np.zeros(2)
        self._covariance = np.zeros((2, 2))

    @property
    def ready(self) -> bool:
        """Whether enough exchanges have come to trust the estimate."""
        return len(self._exchanges) >= _MIN_EXCHANGES

    def add(self, exchange: Exchange) -> None:
        """Take one exchange into account; those that arrive out of order are left out."""
        if self._exchanges and exchange.reply_received_ns <= self._exchanges[-1].reply_received_ns:
            return
        if self.ready:
            self._notice_jump(exchange)
        self._exchanges.append(exchange)
        self._fit()

    def at(self, node_ns: int) -> ClockEstimate:
        """Estimate for a moment of the node's clock, before or after the last exchange."""
        newest = self._exchanges[-1]
        seconds = (node_ns - newest.reply_received_ns) / _S
        row = np.array([1.0, seconds])
        shortest = min(exchange.round_trip_ns for exchange in self._exchanges)
        # The two ways of the quickest round trip may differ by all of it: a uniform error of +- half of it.
        variance = row @ self._covariance @ row + _wandered(abs(seconds)) + shortest**2 / 12
        return ClockEstimate(
            offset_ns=newest.offset_ns + round(float(row @ self._line)),
            drift=float(self._line[1]) / _S,
            sd_ns=math.ceil(math.sqrt(variance)),
            round_trip_ns=shortest,
        )

    def _fit(self) -> None:
        """Offset (ns, against the newest exchange's) and drift (ns per s) at the newest exchange."""
        newest = self._exchanges[-1]
        seconds = np.array([(e.reply_received_ns - newest.reply_received_ns) / _S for e in self._exchanges])
        offsets = np.array([float(e.offset_ns - newest.offset_ns) for e in self._exchanges])
        weights = 1.0 / (self._noise() ** 2 + _wandered(-seconds))
        design = np.column_stack([np.ones_like(seconds), seconds])
        information = design.T @ (weights[:, None] * design) + np.diag([0.0, 1.0 / _DRIFT_SD**2])
        self._covariance = np.linalg.inv(information)
        self._line = self._covariance @ (design.T @ (weights * offsets))

    def _noise(self) -> Array:
        """Sd of each exchange's offset: half of what its round trip took longer than the quickest possible one.

        That one may never have happened; how far the quickest few lie apart says how far off it may be, and
        exchanges slower than those lose weight faster than their bound alone would have it, because one way alone
        may be slow in all of them.
        """
        round_trips = np.array([exchange.round_trip_ns for exchange in self._exchanges], dtype=float)
        ordered = np.sort(round_trips)
        spread = _TIMER_NOISE_NS + ordered[min(len(ordered) - 1, 1 + len(ordered) // _QUICKEST_SHARE)] - ordered[0]
        excess = round_trips - ordered[0]
        return (spread + excess * (1.0 + excess / spread)) / 2

    def _notice_jump(self, exchange: Exchange) -> None:
        """Forget what was known after several exchanges that it cannot explain: a clock was set, or runs anew."""
        expected = self.at(exchange.reply_received_ns)
        possible = exchange.round_trip_ns / 2 + _SURPRISE_SD * expected.sd_ns
        self._surprises = self._surprises + 1 if abs(exchange.offset_ns - expected.offset_ns) > possible else 0
        if self._surprises >= _SURPRISES:
            recent = list(self._exchanges)[1 - _SURPRISES :]
            self._exchanges.clear()
            self._exchanges.extend(recent)
            self._surprises = 0


def _wandered(seconds: Array | float) -> Array:
    """Variance of an offset (ns squared) by what the drift may change over some seconds."""
    return np.asarray(seconds) ** 3 / 3 * _DRIFT_WALK**2
