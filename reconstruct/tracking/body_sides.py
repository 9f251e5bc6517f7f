"""Which keypoints a detector exchanges together when it mistakes left for right, and how fast each joint can turn."""

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from reconstruct.kernels.view_labels import Body

Array = NDArray[np.float64]

_LIMBS = (
    (("Hip",), ("Knee",), ("Ankle", "Heel", "BigToe", "SmallToe")),
    (("Shoulder",), ("Elbow",), ("Wrist", "Pinky", "Index", "Thumb")),
    (("Eye", "EyeInner", "EyeOuter", "Ear", "Mouth"),),
)
"""Limbs as units from the trunk outwards; a unit is exchanged as one."""

_TRUNK_PSD = 100.0
_PSD = {
    **dict.fromkeys(("Knee", "Elbow"), 300.0),
    **dict.fromkeys(("Ankle", "Heel", "BigToe", "SmallToe"), 600.0),
    **dict.fromkeys(("Wrist", "Pinky", "Index", "Thumb"), 1000.0),
}


def _side_free(name: str) -> str:
    return name[1:]


def _units() -> list[tuple[str, ...]]:
    return [unit for limb in _LIMBS for unit in limb]


def _moves() -> NDArray[np.bool_]:
    """Every unit by itself, every limb from some level outwards, and everything at once; each once."""
    units = len(_units())
    rows: dict[tuple[int, ...], None] = {}
    first = 0
    for limb in _LIMBS:
        last = first + len(limb)
        rows.update({(u,): None for u in range(first, last)})
        rows.update({tuple(range(u, last)): None for u in range(first, last)})
        first = last
    rows[tuple(range(units))] = None
    moves = np.zeros((len(rows), units), dtype=np.bool_)
    for row, members in zip(moves, rows, strict=True):
        row[list(members)] = True
    return moves


def _inner_units() -> NDArray[np.int64]:
    inner: list[int] = []
    for limb in _LIMBS:
        inner += [-1] + [len(inner) + level for level in range(len(limb) - 1)]
    return np.array(inner)


def body_sides(keypoints: KeypointSet) -> Body:
    """Mirror partners and exchangeable units of a keypoint set, as the kernels need them."""
    partner = np.arange(len(keypoints))
    unit = np.full(len(keypoints), -1)
    unit_of = {name: u for u, names in enumerate(_units()) for name in names}
    for left, right in keypoints.left_right_pairs:
        partner[left], partner[right] = right, left
        unit[[left, right]] = unit_of.get(_side_free(keypoints.names[left]), -1)
    partner[unit < 0] = np.flatnonzero(unit < 0)
    return Body(partner, unit, _moves(), _inner_units())


def acceleration_psd(keypoints: KeypointSet) -> Array:
    """(K,) power spectral density of each joint's acceleration in vigorous movement, m^2/s^3.

    A density of 600 is an acceleration of about 50 m/s^2 that lasts for 0.12 s, as at the foot in a landing; the trunk
    stays below half of that acceleration, the hands go beyond it.
    """
    return np.array([_PSD.get(_side_free(name), _TRUNK_PSD) for name in keypoints.names])
