"""Estimated angles against true ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import JointAngles

Array = NDArray[np.float64]

COMPARED = ("hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "apparent_valgus")
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Score:
    """How far one angle of both legs was off, degrees, and how often its 95 % interval held the truth, 0 to 1.

    `rmse_deg` keeps what is constantly off, `moving_rmse_deg` has the mean of each leg's error removed.
    """

    rmse_deg: float
    moving_rmse_deg: float
    standard_error_deg: float
    coverage95: float


def compare(estimates: Sequence[JointAngles], truth: Array) -> dict[str, Score]:
    """Score of every compared angle; `truth` (F, A) radians belongs to the F estimates. NaN without estimates."""
    shape = (-1, len(ANGLE_NAMES))
    values = np.array([angles.values for angles in estimates]).reshape(shape)
    errors = np.array([angles.standard_error for angles in estimates]).reshape(shape)
    return {name: _score(name, values, errors, truth) for name in COMPARED}


def _score(name: str, values: Array, errors: Array, truth: Array) -> Score:
    legs = [angle_index(f"{name}_{side}") for side in "rl"]
    known = np.isfinite(values[:, legs]).all(axis=1)
    if not known.any():
        return Score(np.nan, np.nan, np.nan, np.nan)
    off = np.rad2deg(values[known][:, legs] - truth[known][:, legs])
    stated = np.rad2deg(errors[known][:, legs])
    return Score(
        rmse_deg=_rms(off),
        moving_rmse_deg=_rms(off - off.mean(axis=0)),
        standard_error_deg=_rms(stated),
        coverage95=float(np.mean(np.abs(off) <= _NORMAL_95 * stated)),
    )


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))
