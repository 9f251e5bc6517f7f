"""Hub time on a node: follows the estimates without ever running backwards."""

import math
from bisect import bisect_right
from dataclasses import dataclass

from capture.clock import ClockEstimate

_S = 1_000_000_000
_CATCH_UP_NS = 1 * _S
"""A difference is worked off over this time."""
_MAX_SLEW = 0.005
_BRAKED_RATE = 0.5
_STEP_NS = 50_000_000
"""A difference beyond this is no matter of slewing: ahead it is jumped over, behind it is waited for."""
_KEPT_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class _Segment:
    """Hub time runs at `rate` from (`node_ns`, `hub_ns`) on."""

    node_ns: int
    hub_ns: int
    rate: float

    def at(self, node_ns: int) -> int:
        elapsed = node_ns - self.node_ns
        return self.hub_ns + elapsed + round((self.rate - 1.0) * elapsed)


class SteadyClock:
    """Translates times of the node into times of the hub: a continuous, rising, piecewise linear function."""

    def __init__(self, node_ns: int, estimate: ClockEstimate) -> None:
        self._estimate, self._estimated_ns = estimate, node_ns
        self._segments = [_Segment(node_ns, node_ns + estimate.offset_ns, 1.0 + estimate.drift)]

    def steer(self, node_ns: int, estimate: ClockEstimate) -> None:
        """Approach a new estimate from `node_ns`, the present, on."""
        past = [segment for segment in self._segments if segment.node_ns <= node_ns] or self._segments[:1]
        hub_ns = past[-1].at(node_ns)
        behind = node_ns + estimate.offset_ns - hub_ns
        if behind > _STEP_NS:
            hub_ns, behind = hub_ns + behind, 0
        rate = 1.0 + estimate.drift + _slew(behind)
        caught_up_ns = node_ns + round(behind / _slew(behind)) if behind else node_ns
        steering = _Segment(node_ns, hub_ns, rate)
        free = _Segment(caught_up_ns, steering.at(caught_up_ns), 1.0 + estimate.drift)
        self._segments = [*past[-_KEPT_SEGMENTS:], steering, free]
        self._estimate, self._estimated_ns = estimate, node_ns

    def translate(self, node_ns: int) -> tuple[int, int]:
        """Hub time of a moment on the node's clock, and its standard deviation, ns."""
        place = bisect_right(self._segments, node_ns, key=lambda segment: segment.node_ns)
        hub_ns = self._segments[max(0, place - 1)].at(node_ns)
        offset_ns = self._estimate.offset_ns + self._estimate.drift * (node_ns - self._estimated_ns)
        difference = node_ns + offset_ns - hub_ns
        return hub_ns, math.ceil(math.hypot(self._estimate.sd_ns, difference))


def _slew(behind: int) -> float:
    """Extra rate that works off how far hub time is behind (ns)."""
    if behind < -_STEP_NS:
        return _BRAKED_RATE - 1.0
    return max(-_MAX_SLEW, min(_MAX_SLEW, behind / _CATCH_UP_NS))
