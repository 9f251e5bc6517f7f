"""Who drives the knee inward: parts of single joint angles in the knee's medial displacement.

Two views, which must not be added.  Top-down, the hip is held: Shapley values of six angles against the static pose,
sagittal angles as they are; they add up to the change of the displacement exactly.  Bottom-up, the foot is held: what
the foot's roll and the ankle's angles carry the knee (`planar_metrics`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from analysis.kernels.knee_drivers import N_PLAYERS, drivers_of_poses
from reconstruct.angle_covariance import angle_covariance, poses_as_angles
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.kernels.skeleton import SHANK_L, SHANK_R, THIGH_L, THIGH_R

Array = NDArray[np.float64]

DRIVERS = ("hip_adduction", "hip_rotation", "knee_adduction", "knee_rotation", "pelvis_list", "pelvis_rotation")
_LENGTHS = {"r": [THIGH_R, SHANK_R], "l": [THIGH_L, SHANK_L]}


@dataclass(frozen=True, eq=False)
class KneeDrivers:
    """Of one leg, over F frames, millimetres, medial positive.

    Attributes
    ----------
    parts, parts_se : (F, 6) Shapley values of `DRIVERS` and their standard errors
    first_order : (F, 6) the same by the linear formula
    displacement, displacement_se : (F,) of the knee from the line hip to ankle
    """

    parts: Array
    parts_se: Array
    first_order: Array
    displacement: Array
    displacement_se: Array


def knee_drivers(motion: BodyMotion, standing: Array, side: str) -> KneeDrivers:
    """Drivers of one knee, `r` or `l`.

    Parameters
    ----------
    standing : (27,) static pose that the parts are counted from

    Notes
    -----
    Standard errors carry the covariance of the six angles through the first-order slopes.  At deep flexion the errors
    of hip rotation and knee adduction nearly cancel: the displacement is known better than any of its parts.
    """
    names = [name if name.startswith("pelvis") else f"{name}_{side}" for name in DRIVERS]
    sagittal = ["pelvis_tilt", f"hip_flexion_{side}", f"knee_flexion_{side}"]
    angles = poses_as_angles(motion.q, motion.coupling)
    reference = poses_as_angles(standing[None], motion.coupling)[0]
    mirror = np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0]) if side == "l" else np.ones(N_PLAYERS)
    covariance = angle_covariance(motion.q, motion.covariance, motion.coupling, names) * np.outer(mirror, mirror)
    frames = len(motion.q)
    parts, linear, variance = (np.empty((frames, N_PLAYERS)) for _ in range(3))
    total = np.empty((frames, 2))
    drivers_of_poses(
        _columns(angles, sagittal), _columns(angles, names) * mirror, covariance, _columns(reference, names) * mirror,
        motion.geometry[_LENGTHS[side]], motion.coupling.array, parts, linear, variance, total,
    )  # fmt: skip
    mm = 1e3
    return KneeDrivers(mm * parts, mm * np.sqrt(variance), mm * linear, mm * total[:, 0], mm * np.sqrt(total[:, 1]))


def _columns(angles: Array, names: list[str]) -> Array:
    return np.ascontiguousarray(angles[..., [ANGLE_NAMES.index(name) for name in names]])
