"""Our angles in Plug-in Gait's labels, axes orders and signs, and back.

Hip and knee are the same three numbers.  Plug-in Gait takes the ankle about dorsiflexion, foot rotation, then the
long axis of the foot (eversion +); and the pelvis against the lab axis that is nearest to the subject's heading,
obliquity and rotation once per side.  Checked to 1e-4 deg against the segment axes stored in Vicon's own files.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from reconstruct.angle_names import ANGLE_NAMES

Array = NDArray[np.float64]

Order = Literal["ZXY", "ZYX"]

SIDES = (("R", "_r", 1.0), ("L", "_l", -1.0))
JOINTS = {
    "HipAngles": ("hip_flexion", "hip_adduction", "hip_rotation"),
    "KneeAngles": ("knee_flexion", "knee_adduction", "knee_rotation"),
    "AnkleAngles": ("ankle_dorsiflexion", "ankle_inversion", "ankle_toe_in"),
}
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
EVERSION = np.array([1.0, -1.0, 1.0])


def columns(names: tuple[str, ...], suffix: str = "") -> list[int]:
    """Columns of these angles in arrays ordered as `ANGLE_NAMES`."""
    return [ANGLE_NAMES.index(name + suffix) for name in names]


def to_plug_in_gait(values: Array) -> dict[str, Array]:
    """(F, 3) degrees by Plug-in Gait label, of angles (F, A) radians."""
    angles: dict[str, Array] = {}
    pelvis = _pelvis_against_nearest_axis(values[:, columns(PELVIS)])
    for side, suffix, sign in SIDES:
        for label, names in JOINTS.items():
            angles[side + label] = values[:, columns(names, suffix)]
        ankle = angles[f"{side}AnkleAngles"]
        angles[f"{side}AnkleAngles"] = _reordered(ankle, "ZXY", "ZYX")[:, [0, 2, 1]] * EVERSION
        angles[f"{side}PelvisAngles"] = pelvis * (-1.0, -sign, sign)
    return {label: np.rad2deg(triple) for label, triple in angles.items()}


def from_plug_in_gait(angles_deg: Mapping[str, Array], frames: int) -> Array:
    """Angles (F, A) radians, NaN where no label tells; `pelvis_rotation` counts from the lab axis that was used."""
    values = np.full((frames, len(ANGLE_NAMES)), np.nan)
    for side, suffix, sign in reversed(SIDES):
        for label, names in JOINTS.items():
            if side + label in angles_deg:
                values[:, columns(names, suffix)] = np.deg2rad(angles_deg[side + label])
        if f"{side}PelvisAngles" in angles_deg:
            values[:, columns(PELVIS)] = np.deg2rad(angles_deg[f"{side}PelvisAngles"]) * (-1.0, -sign, sign)
        ankle = columns(JOINTS["AnkleAngles"], suffix)
        values[:, ankle] = _reordered((values[:, ankle] * EVERSION)[:, [0, 2, 1]], "ZYX", "ZXY")
    values[:, ANGLE_NAMES.index("anterior_tilt")] = -values[:, ANGLE_NAMES.index("pelvis_tilt")]
    return values


def _reordered(angles: Array, order: Order, new_order: Order) -> Array:
    """Angles (F, 3) of the same rotations about moving axes in another order; NaN stays NaN."""
    turned = np.full_like(angles, np.nan)
    known = np.isfinite(angles).all(axis=-1)
    if known.any():
        turned[known] = Rotation.from_euler(order, angles[known]).as_euler(new_order)
    return turned


def _pelvis_against_nearest_axis(pelvis: Array) -> Array:
    """Tilt, list, rotation (F, 3) against the lab axis nearest to the mean heading, from those against the ground."""
    turned = np.full_like(pelvis, np.nan)
    known = np.isfinite(pelvis).all(axis=-1)
    if not known.any():
        return turned
    against_ground = Rotation.from_euler("ZXY", pelvis[known])
    forward = against_ground.as_matrix()[:, :, 0].mean(axis=0)
    heading = np.arctan2(-forward[2], forward[0])
    nearest_axis = Rotation.from_euler("Y", round(float(heading) / (np.pi / 2)) * np.pi / 2)
    turned[known] = (nearest_axis.inv() * against_ground).as_euler("ZXY")
    return turned
