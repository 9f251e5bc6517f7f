"""What a demonstration ends with: a table for people and summary.json for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import LiveFrame
from valgus.demo.comparison import Score
from valgus.live.report import hub_latency_lines, latency_line, percentiles

NOT_ITS_OWN_MODEL = (
    "The virtual person is not the estimator's body model: thighs and shanks differ by up to 3 % between the sides,",
    "hips are detected 15 mm off their centres, the knee's hinge is tilted and its tibia slides as it bends, and every",
    "camera sees every keypoint with an offset of its own. 'moving' has each leg's mean error removed.",
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Figures of one run.

    Attributes
    ----------
    frames : estimates that arrived
    dropped, dropped_on_purpose : camera frames that never reached the hub, and how many of those never left a camera
    seconds : from the first to the last estimate
    latency_ms : (F,) from the last keypoint message that an estimate used to its publication
    in_vain : (F,) whether that includes waiting for a view that did not come in time
    capture_to_result_ms : (F,) from the exposure of that message's frame; empty for recordings
    reprojection_px : median distance of detected keypoints from their points in space
    scores : per compared angle; empty where there is no truth
    """

    frames: int
    dropped: int
    dropped_on_purpose: int
    seconds: float
    latency_ms: NDArray[np.float64]
    in_vain: NDArray[np.bool_]
    capture_to_result_ms: NDArray[np.float64]
    reprojection_px: float
    scores: dict[str, Score]


def median_reprojection_px(frames: Sequence[LiveFrame]) -> float:
    """Median over all points of all frames; NaN where there are none."""
    residuals = np.concatenate([frame.points.residual_px for frame in frames]) if frames else np.zeros(0)
    known = residuals[np.isfinite(residuals)]
    return float(np.median(known)) if len(known) else np.nan


def summary(outcome: Outcome) -> dict[str, Any]:
    """Content of summary.json."""
    return {
        "frames": outcome.frames,
        "dropped": outcome.dropped,
        "dropped_on_purpose": outcome.dropped_on_purpose,
        "seconds": outcome.seconds,
        "latency_ms": percentiles(outcome.latency_ms),
        "reprojection_px": outcome.reprojection_px,
        "rmse_deg": {name: score.rmse_deg for name, score in outcome.scores.items()},
        "coverage95": {name: score.coverage95 for name, score in outcome.scores.items()},
    }


def table(outcome: Outcome) -> Iterator[str]:
    """Lines of the table that ends a demonstration."""
    lost = outcome.dropped - outcome.dropped_on_purpose
    yield f"{outcome.frames} estimates in {outcome.seconds:.1f} s; reprojection error {outcome.reprojection_px:.1f} px"
    yield f"{outcome.dropped_on_purpose} camera frames dropped on purpose, {lost} lost"
    yield from hub_latency_lines(outcome.latency_ms, outcome.in_vain)
    if len(outcome.capture_to_result_ms):
        yield latency_line("exposure to result", outcome.capture_to_result_ms)
    if outcome.scores:
        yield from _comparison(outcome.scores)


def _comparison(scores: dict[str, Score]) -> Iterator[str]:
    yield ""
    yield f"{'both legs, degrees':<20}{'RMSE':>8}{'moving':>8}{'stated SE':>11}{'inside 95 %':>13}"
    for name, score in scores.items():
        yield (
            f"{name.replace('_', ' '):<20}{score.rmse_deg:>8.2f}{score.moving_rmse_deg:>8.2f}"
            f"{score.standard_error_deg:>11.2f}{100.0 * score.coverage95:>11.0f} %"
        )
    yield ""
    yield from NOT_ITS_OWN_MODEL
