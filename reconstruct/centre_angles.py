"""Angles that joint centres alone determine, for trials of other programs that come without a body model.

Three centres per leg leave the split between hip rotation and knee adduction open, and two hips cannot show the tilt
of the pelvis: `hip_rotation`, `knee_adduction`, `hip_flexion`, `pelvis_tilt` and everything below the ankle stay NaN.
What is given follows the definitions of docs/conventions.md; list and rotation of the pelvis are those of a pelvis
without tilt, knee flexion is that of a thigh without axial rotation (low by its cosine: 0.4 deg at 60 deg and 10 deg of
rotation).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES

Array = NDArray[np.float64]

CENTRES = ("RHip", "LHip", "RKnee", "LKnee", "RAnkle", "LAnkle", "Neck")
UP = np.array([0.0, 0.0, 1.0])


def angles_from_centres(frames: int, centres: Mapping[str, Array]) -> Array:
    """Angles (F, A) radians, NaN where they cannot be known.

    Parameters
    ----------
    frames : F
    centres : (F, 3) metres, world (Z up), of some or all of `CENTRES`; NaN where missing
    """
    at = {name: centres.get(name, np.full((frames, 3), np.nan)) for name in CENTRES}
    z_pelvis = _unit(at["RHip"] - at["LHip"])
    forward = _unit(np.cross(UP, z_pelvis))
    values = np.full((frames, len(ANGLE_NAMES)), np.nan)
    for side, sign in (("R", 1.0), ("L", -1.0)):
        leg = _leg(
            at[f"{side}Hip"] - at[f"{side}Knee"], at[f"{side}Ankle"] - at[f"{side}Knee"], z_pelvis, sign, forward
        )
        for name, angle in leg.items():
            values[:, ANGLE_NAMES.index(f"{name}_{side.lower()}")] = angle
    trunk = at["Neck"] - 0.5 * (at["RHip"] + at["LHip"])
    for name, angle in {**_pelvis(z_pelvis, forward), **_trunk(trunk, forward)}.items():
        values[:, ANGLE_NAMES.index(name)] = angle
    return values


def _leg(thigh: Array, shank: Array, z_pelvis: Array, sign: float, forward: Array) -> dict[str, Array]:
    """Angles of one leg; `thigh` points up, `shank` down from the knee, `sign` is -1 for the left leg."""
    y_femur, shank = _unit(thigh), _unit(shank)
    z0 = _unit(z_pelvis - _dot(z_pelvis, y_femur)[:, None] * y_femur)
    x0 = np.cross(y_femur, z0)
    return {
        "hip_adduction": sign * np.arcsin(_dot(z_pelvis, y_femur)),
        "knee_flexion": np.arctan2(-_dot(x0, shank), -_dot(y_femur, shank)),
        "apparent_valgus": sign * np.arcsin(_dot(shank, z0)),
        "thigh_flexion": np.arctan2(-_dot(y_femur, forward), y_femur[:, 2]),
    }


def _pelvis(z_pelvis: Array, forward: Array) -> dict[str, Array]:
    """As OpenSim's z-x-y in a Y-up ground, whose x, y, z are the world's y, z, x."""
    y_pelvis = np.cross(z_pelvis, forward)
    return {
        "pelvis_list": np.arcsin(y_pelvis[:, 0]),
        "pelvis_rotation": np.arctan2(-forward[:, 0], z_pelvis[:, 0]),
    }


def _trunk(trunk: Array, forward: Array) -> dict[str, Array]:
    return {"trunk_lean": np.arctan2(_dot(trunk, np.cross(forward, UP)), trunk[:, 2])}


def _unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _dot(a: Array, b: Array) -> Array:
    return np.sum(a * b, axis=-1)
