"""Which keypoints are joined by a line, how thick a joint is drawn, and which side it is on."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from viewer.palette import LEFT, MIDDLE, RIGHT, Colour

Array = NDArray[np.float64]

_ONE_SIDE = (
    ("Hip", "Knee"),
    ("Knee", "Ankle"),
    ("Ankle", "Heel"),
    ("Ankle", "BigToe"),
    ("Heel", "BigToe"),
    ("Heel", "SmallToe"),
    ("BigToe", "SmallToe"),
    ("Shoulder", "Elbow"),
    ("Elbow", "Wrist"),
    ("Wrist", "Index"),
    ("Wrist", "Pinky"),
    ("Wrist", "Thumb"),
)
_WITH_SPINE = (("Hip", "Neck"), ("Neck", "LShoulder"), ("Neck", "RShoulder"), ("Hip", "LHip"), ("Hip", "RHip"))
_WITHOUT_SPINE = (("LShoulder", "RShoulder"), ("LHip", "RHip"), ("LShoulder", "LHip"), ("RShoulder", "RHip"))

_RADIUS_M = 0.022
_SMALL_RADIUS_M = 0.011
_SMALL_PARTS = (
    "Head", "Nose", "Eye", "EyeInner", "EyeOuter", "Ear", "Mouth", "Pinky", "Index", "Thumb",
    "BigToe", "SmallToe", "Heel",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Bones:
    """What to draw of one keypoint set.

    Attributes
    ----------
    starts, ends : (B,) keypoint indices
    bone_colours : (B, 3); a bone that joins two sides has the colour of the middle
    joint_colours : (K, 3)
    joint_radii : (K,) metres
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    bone_colours: Array
    joint_colours: Array
    joint_radii: Array


@lru_cache
def bones_of(keypoint_set: KeypointSet) -> Bones:
    """Bones between those points that the set has."""
    names = keypoint_set.names
    pairs = [pair for pair in _all_pairs(names) if set(pair) <= set(names)]
    return Bones(
        starts=np.array([names.index(a) for a, _ in pairs], dtype=np.intp),
        ends=np.array([names.index(b) for _, b in pairs], dtype=np.intp),
        bone_colours=np.array([_bone_colour(a, b) for a, b in pairs]),
        joint_colours=np.array([side_colour(name) for name in names]),
        joint_radii=np.array([_SMALL_RADIUS_M if _part(name) in _SMALL_PARTS else _RADIUS_M for name in names]),
    )


def side_colour(name: str) -> Colour:
    """Colour of the side of a keypoint."""
    if _part(name) == name:
        return MIDDLE
    return LEFT if name[0] == "L" else RIGHT


def _all_pairs(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    sides = tuple((side + a, side + b) for side in "LR" for a, b in _ONE_SIDE)
    spine = _WITH_SPINE if {"Hip", "Neck"} <= set(names) else _WITHOUT_SPINE
    return sides + spine


def _part(name: str) -> str:
    """`Knee` of LKnee and RKnee; a name without a side is its own part."""
    return name[1:] if name[0] in "LR" and name[1:2].isupper() else name


def _bone_colour(a: str, b: str) -> Colour:
    """Colour of the only side that a bone touches: half a pelvis belongs to its leg."""
    colours = {side_colour(a), side_colour(b)} - {MIDDLE}
    return colours.pop() if len(colours) == 1 else MIDDLE
