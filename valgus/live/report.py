"""How long things took, measured where they happen."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.types import FrameSet
from valgus.live.tally import CameraTally, Tally

_MS = 1e-6


@dataclass(frozen=True, eq=False)
class HubReport:
    """A whole run of the hub: estimates published, counts per camera, and (F,) ms from keypoints to publication."""

    published: int
    cameras: dict[str, CameraTally]
    latency_ms: NDArray[np.float64]


class Stopwatch:
    """From the arrival of a message to the publication of what it completed.

    A message that is there when the hub asks may have waited: it counts from the earliest moment at which it can have
    come, which is not before the message ahead of it and not before its own frame was exposed.
    """

    def __init__(self) -> None:
        self._waiting = False
        self._arrived_ns = 0
        self._latencies_ms: list[float] = []

    def idle(self) -> None:
        """Nothing is waiting."""
        self._waiting = False

    def arrived(self, exposed_ns: int, now_ns: int) -> None:
        """A message is in hand, of a frame that was exposed then."""
        self._arrived_ns = max(self._arrived_ns, exposed_ns) if self._waiting else now_ns
        self._waiting = True

    def published(self, now_ns: int) -> None:
        """Note that a result has left."""
        self._latencies_ms.append((now_ns - self._arrived_ns) * _MS)

    def report(self, published: int, tally: Tally) -> HubReport:
        """Everything so far."""
        return HubReport(published, dict(tally.cameras), np.array(self._latencies_ms))


def capture_latency_ms(frames: FrameSet, now_ns: int) -> float:
    """Milliseconds from the newest view's capture to now."""
    newest_ns = max(view.time_ns for view in frames.views if view is not None)
    return (now_ns - newest_ns) * _MS


def sync_error_ms(frames: FrameSet) -> float:
    """Root mean square of the standard deviations of the views' capture times, ms."""
    variances = [float(view.time_sd_ns) ** 2 for view in frames.views if view is not None]
    return math.sqrt(sum(variances) / len(variances)) * _MS


def report_lines(report: HubReport) -> Iterator[str]:
    """What a person wants to know of a run that is over."""
    yield f"{report.published} estimates"
    if len(report.latency_ms):
        yield latency_line("last keypoints to result", report.latency_ms)
    for name, camera in sorted(report.cameras.items()):
        yield f"camera '{name}': {camera.received} views, {camera.missing} frames missing"


def latency_line(name: str, latency_ms: NDArray[np.float64]) -> str:
    """Median, 99th percentile and maximum of latencies (F,), in words."""
    found = percentiles(latency_ms)
    return f"{name}: median {found['p50']:.1f} ms, 99 % {found['p99']:.1f} ms, longest {found['max']:.1f} ms"


def percentiles(latency_ms: NDArray[np.float64]) -> dict[str, float]:
    """`p50`, `p99` and `max` of latencies (F,); NaN where there are none."""
    if not len(latency_ms):
        return {"p50": np.nan, "p99": np.nan, "max": np.nan}
    p50, p99 = np.percentile(latency_ms, [50.0, 99.0])
    return {"p50": float(p50), "p99": float(p99), "max": float(latency_ms.max())}
