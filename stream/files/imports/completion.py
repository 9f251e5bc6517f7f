"""Angles that a source does not state but its joint centres or its other angles determine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.centre_angles import CENTRES, angles_from_centres
from reconstruct.types import PointTrial

Array = NDArray[np.float64]

FROM_CENTRES = "from joint centres, as the source does not give them: "
FROM_ANGLES = "apparent valgus is calculated from hip rotation, knee flexion and, where given, knee adduction"


@dataclass(frozen=True, eq=False)
class Completed:
    """Angles (F, A) radians, and a notice for everything that the source did not state itself."""

    values: Array
    notices: tuple[str, ...]


def completed(given: Array, points: PointTrial | None) -> Completed:
    """The angles `given`, each column without any value completed from joint centres, then from other angles."""
    values, notices = given, ()
    if points is not None:
        names = points.keypoint_set.names
        centres = {name: points.xyz[:, names.index(name)] for name in CENTRES if name in names}
        values, added = _filled(values, angles_from_centres(len(given), centres))
        notices = (FROM_CENTRES + ", ".join(added),) if added else ()
    values, added = _filled(values, _apparent_valgus(values))
    return Completed(values, (*notices, FROM_ANGLES) if added else notices)


def _filled(values: Array, other: Array) -> tuple[Array, list[str]]:
    """`values` with the columns that hold nothing taken from `other`, and the names of these columns."""
    empty = np.asarray(~np.isfinite(values).any(axis=0) & np.isfinite(other).any(axis=0))
    return np.where(empty, other, values), [ANGLE_NAMES[i] for i in np.flatnonzero(empty)]


def _apparent_valgus(values: Array) -> Array:
    """asin(sin rot sin flex cos add - cos rot sin add) of both knees in an otherwise empty (F, A)."""
    valgus = np.full_like(values, np.nan)
    for side in "rl":
        rotation = values[:, angle_index(f"hip_rotation_{side}")]
        flexion = values[:, angle_index(f"knee_flexion_{side}")]
        adduction = np.nan_to_num(values[:, angle_index(f"knee_adduction_{side}")])
        sine = np.sin(rotation) * np.sin(flexion) * np.cos(adduction) - np.cos(rotation) * np.sin(adduction)
        valgus[:, angle_index(f"apparent_valgus_{side}")] = np.arcsin(sine)
    return valgus
