"""What a processed movement says frame by frame: planar metrics, velocities, covariances, drivers of the knees."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.body_motion import BodyMotion
from analysis.cross_talk import cross_talk
from analysis.knee_drivers import knee_drivers
from analysis.quantities import (
    Quantity,
    driver_quantities,
    free_knee_quantities,
    pelvic_drop_quantities,
    planar_quantities,
    split_covariance_quantities,
    velocity_quantities,
)
from reconstruct.angle_names import angle_index
from reconstruct.kernels.skeleton import N_DOF
from reconstruct.pipeline import Reconstruction
from reconstruct.prior_sensitivity import poses_with_free_knees


@dataclass(frozen=True, eq=False)
class MovementAnalysis:
    """Columns of the tables `metrics` and `drivers`, and figures for the summary."""

    metrics: list[Quantity]
    drivers: list[Quantity]
    knees: dict[str, Any]


def analyse(found: Reconstruction) -> MovementAnalysis:
    """Analyse a reconstructed movement; frames of unknown pose stay NaN."""
    trial = found.session[-1]
    known = np.isfinite(found.angles.values[:, angle_index("pelvis_list")])
    x = np.where(known[:, None], trial.body.x, np.nan)
    motion = BodyMotion(
        found.angles.time_s,
        np.ascontiguousarray(x[:, :N_DOF]),
        np.ascontiguousarray(x[:, N_DOF:]),
        trial.body.covariance,
        trial.body.belief.geometry,
        trial.motion.coupling,
    )
    free = np.where(known[:, None], poses_with_free_knees(trial), np.nan)
    column = angle_index("pelvis_list")
    metrics = planar_quantities(motion)
    metrics += pelvic_drop_quantities(found.angles.values[:, column], found.angles.standard_error[:, column])
    metrics += free_knee_quantities(motion, free)
    metrics += split_covariance_quantities(motion)
    metrics += velocity_quantities(motion)
    drivers: list[Quantity] = []
    for side in "rl":
        drivers += driver_quantities(knee_drivers(motion, found.standing, side), side)
    knees = {side: _knee_diagnostic(found, metrics, side) for side in "rl"}
    return MovementAnalysis(metrics, drivers, knees)


def _knee_diagnostic(found: Reconstruction, metrics: list[Quantity], side: str) -> dict[str, float | None]:
    """Cross-talk of one knee, and how far its adduction moves with the prior."""
    flexion, adduction, rotation = (
        found.angles.values[:, angle_index(f"{name}_{side}")]
        for name in ("knee_flexion", "knee_adduction", "knee_rotation")
    )
    found_talk = cross_talk(flexion, adduction, rotation)
    free = next(each.values for each in metrics if each.name == f"knee_adduction_{side}_free_prior")
    shift = np.abs(free - np.degrees(adduction))
    return {
        "flexion_adduction_correlation": _rounded(found_talk.correlation),
        "axis_turn_deg": _rounded(math.degrees(found_talk.axis_turn)),
        "prior_sensitivity_deg": _rounded(float(np.nanmax(shift)) if np.isfinite(shift).any() else math.nan),
    }


def _rounded(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
