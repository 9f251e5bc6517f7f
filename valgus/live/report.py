"""How long things took, measured where they happen."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.types import FrameSet
from valgus.live.rounds import Gathered
from valgus.live.tally import CameraTally, Tally

_MS = 1e-6


@dataclass(frozen=True, eq=False)
class HubReport:
    """A whole run of the hub: estimates published and counts per camera.

    `latency_ms` (F,) is from the last keypoints of a result to its publication, `in_vain` (F,) whether that includes
    waiting for a view that did not come in time.
    """

    published: int
    cameras: dict[str, CameraTally]
    latency_ms: NDArray[np.float64]
    in_vain: NDArray[np.bool_]


class Stopwatch:
    """From the arrival of the last keypoints of a result to its publication.

    A message that is there when the hub asks may have waited: it counts from the earliest moment at which it can have
    come, which is not before the message ahead of it, not before the hub last found nothing, and not before its own
    frame was exposed.
    """

    def __init__(self) -> None:
        self._earliest_ns: int | None = 0
        self._latencies_ms: list[float] = []
        self._in_vain: list[bool] = []

    def idle(self) -> None:
        """The hub waits for the next message: it has it as soon as it comes."""
        self._earliest_ns = None

    def nothing_waits(self, now_ns: int) -> None:
        """The next message has not come yet."""
        self._earliest_ns = now_ns

    def arrived(self, exposed_ns: int, now_ns: int) -> int:
        """A message is in hand, of a frame that was exposed then; returns when it has come."""
        self._earliest_ns = now_ns if self._earliest_ns is None else max(self._earliest_ns, exposed_ns)
        return self._earliest_ns

    def published(self, gathered: Gathered, now_ns: int) -> None:
        """Note that the result of these views has left."""
        self._latencies_ms.append((now_ns - gathered.arrived_ns) * _MS)
        self._in_vain.append(gathered.in_vain)

    def report(self, published: int, tally: Tally) -> HubReport:
        """Everything so far."""
        return HubReport(
            published, dict(tally.cameras), np.array(self._latencies_ms), np.array(self._in_vain, dtype=np.bool_)
        )


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
        yield from hub_latency_lines(report.latency_ms, report.in_vain)
    for name, camera in sorted(report.cameras.items()):
        yield f"camera '{name}': {camera.received} views, {camera.missing} frames missing"


def hub_latency_lines(latency_ms: NDArray[np.float64], in_vain: NDArray[np.bool_]) -> Iterator[str]:
    """Latencies (F,) of all results, and of those that did not wait in vain."""
    yield latency_line("last keypoints to result", latency_ms)
    if in_vain.any():
        share = 100.0 * in_vain.mean()
        yield latency_line(f"  but for the {share:.1f} % that waited for a view in vain", latency_ms[~in_vain])


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
