"""Drift watch: does the person still lie where the rig's cameras say together?

The rays of a keypoint from all cameras miss each other by a detector's error, always about the same.  When a tripod
is bumped they miss by more, and only without the bumped camera do the others agree as before.  (Pairs of cameras
alone would not do: for cameras of equal height a turn to the side slides points along their epipolar lines.)
Pure: residuals in, alarms out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from calibration.kernels.agreement import agreement
from calibration.masks import finite_points
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]

BASELINE_FRAMES = 120
WINDOW_FRAMES = 60
_RISE = 1.4
_RISE_PX = 1.0
_AS_BEFORE = 1.2


def agreement_residuals(cameras: CameraArrays, uv: Array, confidence: Array, least_confidence: float = 0.3) -> Array:
    """(C + 1,) px: how much the cameras disagree on one instant's keypoints; all of them, then without each in turn.

    Parameters
    ----------
    cameras : the rig
    uv, confidence : (C, K, 2) px and (C, K) of one person in all cameras, at one time; NaN where not seen
    """
    residual = np.empty(len(uv) + 1)
    seen = finite_points(uv) & (confidence >= least_confidence)
    agreement(cameras, np.ascontiguousarray(uv, dtype=float), seen, residual)
    return residual


@dataclass(frozen=True)
class DriftAlarm:
    """A camera that disagrees with the others: the rig's residual with it now, and when the session began, px."""

    camera: str
    residual_px: float
    baseline_px: float

    def __str__(self) -> str:
        return (
            f"camera '{self.camera}' moved: with it the views miss each other by {self.residual_px:.1f} px, "
            f"{self.baseline_px:.1f} px at the start; register it again with `valgus rig register`"
        )


@dataclass(frozen=True, eq=False)
class DriftWatch:
    """Running medians of the residuals; `update` returns a new watch and the alarm that holds now, if any.

    Attributes
    ----------
    names : of the C cameras
    baseline : (C + 1,) px, None until BASELINE_FRAMES were seen
    recent : residuals of the last frames
    """

    names: tuple[str, ...]
    baseline: Array | None = None
    recent: tuple[Array, ...] = field(default_factory=tuple)

    def update(self, residual: Array) -> tuple["DriftWatch", DriftAlarm | None]:
        """Take in the residuals (C + 1,) of one more instant."""
        kept = BASELINE_FRAMES if self.baseline is None else WINDOW_FRAMES
        recent = (*self.recent, residual)[-kept:]
        if self.baseline is None:
            begun = len(recent) == BASELINE_FRAMES
            return replace(self, baseline=_median(recent) if begun else None, recent=() if begun else recent), None
        alarm = _alarm(self.names, self.baseline, _median(recent)) if len(recent) == WINDOW_FRAMES else None
        return replace(self, recent=recent), alarm


def _alarm(names: Sequence[str], baseline: Array, now: Array) -> DriftAlarm | None:
    """The camera without which the others agree as they did at first, when all together no longer do."""
    if not (now[0] > _RISE * baseline[0] and now[0] > baseline[0] + _RISE_PX):
        return None
    rise = now[1:] / np.maximum(baseline[1:], 0.1)
    if not np.isfinite(rise).any():
        return None
    suspect = int(np.nanargmin(rise))
    if rise[suspect] > _AS_BEFORE and now[1 + suspect] > baseline[1 + suspect] + _RISE_PX:
        return None
    return DriftAlarm(names[suspect], float(now[0]), float(baseline[0]))


def _median(frames: Sequence[Array]) -> Array:
    """Median over frames, NaN where nothing was ever seen."""
    stack = np.stack(frames)
    blind = ~np.isfinite(stack).any(axis=0)
    return np.where(blind, np.nan, np.nanmedian(np.where(blind, 0.0, stack), axis=0))
