"""The hub's monotonic clock in the clocks of other programs.  Streams run on the hub's computer and share its clock."""

import time
from collections.abc import Callable

CLOCK_READINGS = 20


def latency_ms(capture_ns: int) -> float:
    """Milliseconds from a capture time (hub clock) to now."""
    return (time.monotonic_ns() - capture_ns) * 1e-6


def unix_time_s(time_ns: int) -> float:
    """Seconds since 1970 of a moment of the hub's clock, by the wall clock as it stands now."""
    return (time_ns + time.time_ns() - time.monotonic_ns()) * 1e-9


def clock_minus_hub_s(clock_s: Callable[[], float]) -> float:
    """Seconds to add to a hub time in order to have it on another steady clock; the tightest of several readings."""
    readings: list[tuple[int, float]] = []
    for _ in range(CLOCK_READINGS):
        before = time.monotonic_ns()
        other_s = clock_s()
        after = time.monotonic_ns()
        readings.append((after - before, other_s - 0.5e-9 * (before + after)))
    return min(readings)[1]
