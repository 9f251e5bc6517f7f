"""Everything that analysis says about single frames, as named columns with units."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from analysis.knee_drivers import DRIVERS, KneeDrivers
from analysis.planar_metrics import PLANAR_METRICS, planar_metrics
from reconstruct.angle_covariance import angle_covariance, angle_velocity, poses_as_angles
from reconstruct.angle_names import ANGLE_NAMES, angle_index

Array = NDArray[np.float64]

_DEG = math.degrees(1.0)
_SPLIT = ("hip_rotation", "knee_adduction", "knee_rotation")
"""Angles of a leg between which the views hardly decide; their errors belong together."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A column: `values` (F,) in `unit`."""

    name: str
    values: Array
    unit: str
    meaning: str


def with_error(name: str, values: Array, standard_error: Array, unit: str, meaning: str) -> list[Quantity]:
    """A column and the column of its standard errors."""
    return [Quantity(name, values, unit, meaning), Quantity(f"{name}_se", standard_error, unit, "standard error")]


def planar_quantities(motion: BodyMotion) -> list[Quantity]:
    """Every planar metric with its standard error."""
    found = planar_metrics(motion)
    columns: list[Quantity] = []
    for i, metric in enumerate(PLANAR_METRICS):
        columns += with_error(metric.name, found.values[:, i], found.standard_error[:, i], metric.unit, metric.meaning)
    return columns


def pelvic_drop_quantities(pelvis_list: Array, standard_error: Array) -> list[Quantity]:
    """Drop of the pelvis on the other side of the standing leg, from the list (F,), rad."""
    columns: list[Quantity] = []
    for side, sign in (("r", -1.0), ("l", 1.0)):
        meaning = f"pelvis on the other side lower, were {side} the standing leg, drop +"
        columns += with_error(f"pelvic_drop_{side}", sign * _DEG * pelvis_list, _DEG * standard_error, "deg", meaning)
    return columns


def velocity_quantities(motion: BodyMotion) -> list[Quantity]:
    """Rate of change of every angle."""
    rates = _DEG * angle_velocity(motion.q, motion.velocity, motion.coupling)
    return [Quantity(f"{name}_velocity", rates[:, i], "deg/s", f"rate of {name}") for i, name in enumerate(ANGLE_NAMES)]


def split_covariance_quantities(motion: BodyMotion) -> list[Quantity]:
    """Covariances between hip rotation, knee adduction and knee rotation of each leg."""
    columns: list[Quantity] = []
    for side in "rl":
        names = [f"{name}_{side}" for name in _SPLIT]
        block = _DEG**2 * angle_covariance(motion.q, motion.covariance, motion.coupling, names)
        for i, j in ((0, 1), (0, 2), (1, 2)):
            name = f"cov_{_SPLIT[i]}_{_SPLIT[j]}_{side}"
            columns.append(Quantity(name, block[:, i, j], "deg^2", "covariance of the two errors"))
    return columns


def free_knee_quantities(motion: BodyMotion, free: Array) -> list[Quantity]:
    """Knee adduction and hip rotation of poses (F, 27) that were solved with a freer knee."""
    names = [f"{joint}_{side}" for joint in ("knee_adduction", "hip_rotation") for side in "rl"]
    values = _DEG * poses_as_angles(free, motion.coupling)
    meaning = "the same with knee adduction expected to vary by 10 deg: what differs comes from the prior"
    return [Quantity(f"{name}_free_prior", values[:, angle_index(name)], "deg", meaning) for name in names]


def driver_quantities(drivers: KneeDrivers, side: str) -> list[Quantity]:
    """Parts of the knee's medial displacement, top-down."""
    columns = with_error(
        f"knee_medial_displacement_{side}", drivers.displacement, drivers.displacement_se, "mm", "medial +"
    )
    for i, name in enumerate(DRIVERS):
        meaning = f"Shapley value of {name} in the displacement, against the static pose, medial +"
        columns += with_error(f"{name}_part_{side}", drivers.parts[:, i], drivers.parts_se[:, i], "mm", meaning)
        columns.append(
            Quantity(f"{name}_first_order_{side}", drivers.first_order[:, i], "mm", "the same by the linear formula")
        )
    return columns
