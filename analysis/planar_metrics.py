"""Planar metrics over a movement, with standard errors; the plane is the frontal one of the pelvis' heading."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from analysis.kernels.planar import N_METRICS, planar_of_poses

Array = NDArray[np.float64]

_LEG = (
    ("fppa", "deg", "frontal plane projection angle in the pelvis-heading frontal plane, valgus +"),
    ("knee_medial_displacement", "mm", "knee from the line hip to ankle, at its height, same plane, medial +"),
    ("foot_progression", "deg", "foot axis against the pelvis' heading, toes in +"),
    ("foot_roll_shift", "mm", "bottom-up: what the foot's roll against the floor carries the knee, medial +"),
    ("knee_over_foot", "mm", "bottom-up: knee over the foot by the ankle's angles, medial +"),
)
_SHARED = (
    ("kasr", "1", "knee over ankle separation, same plane"),
    ("nksd", "1", "knee over hip separation, same plane"),
    ("ankle_distance", "mm", "distance of the ankle centres"),
)
_SCALE = {"deg": math.degrees(1.0), "mm": 1e3, "1": 1.0}


@dataclass(frozen=True)
class Metric:
    """A column: name, unit (`deg`, `mm` or `1`) and meaning."""

    name: str
    unit: str
    meaning: str


PLANAR_METRICS = tuple(
    Metric(f"{name}_{side}", unit, meaning) for side in "rl" for name, unit, meaning in _LEG
) + tuple(Metric(*metric) for metric in _SHARED)
assert len(PLANAR_METRICS) == N_METRICS


@dataclass(frozen=True, eq=False)
class PlanarTrial:
    """Values and standard errors (F, M) of `PLANAR_METRICS`, each in its unit; NaN where a metric means nothing."""

    values: Array
    standard_error: Array


def planar_metrics(motion: BodyMotion) -> PlanarTrial:
    """All planar metrics of a movement."""
    values, variance = np.empty((len(motion.q), N_METRICS)), np.empty((len(motion.q), N_METRICS))
    planar_of_poses(motion.q, motion.covariance, motion.geometry, motion.coupling.array, values, variance)
    scale = np.array([_SCALE[metric.unit] for metric in PLANAR_METRICS])
    return PlanarTrial(values * scale, np.sqrt(variance) * scale)
