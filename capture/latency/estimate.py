"""What a calibration of latencies yields."""

from dataclasses import dataclass

from capture.types import Array


@dataclass(frozen=True, eq=False)
class LatencyEstimate:
    """How much later than the average camera each camera stamps its frames.

    Only differences can be seen, so the latencies have mean zero.

    Attributes
    ----------
    cameras : C names
    latency_s : (C,) subtract it from a camera's capture times
    sd_s : (C,) standard deviations
    """

    cameras: tuple[str, ...]
    latency_s: Array
    sd_s: Array
