"""The true angles of a posture, read off its segments by the definitions in docs/conventions.md."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from valgus.virtual_lab.kinematics import Segments
from valgus.virtual_lab.rotations import R_WORLD_GROUND, mirrored, to_zxy, transposed

Array = NDArray[np.float64]

_UP = np.array([0.0, 0.0, 1.0])
_SAGITTAL_SIGN = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Truth:
    """What is exactly so: angles (F, A) in radians, columns `ANGLE_NAMES`, and HALPE_26 points (F, 26, 3) in metres."""

    time_s: Array
    angles: Array
    points: Array

    def degrees(self, name: str) -> Array:
        """One angle over time (F,), degrees."""
        return np.rad2deg(self.angles[:, ANGLE_NAMES.index(name)])


def angles(body: Segments) -> Array:
    """Every angle (F, A) in radians, in the order of `ANGLE_NAMES`."""
    columns = _pelvis_angles(body)
    for i, side in enumerate("rl"):
        columns |= {f"{name}_{side}": values for name, values in _leg_angles(body, i).items()}
    return np.stack([columns[name] for name in ANGLE_NAMES], axis=1)


def _leg_angles(body: Segments, side: int) -> dict[str, Array]:
    femur, tibia, foot = body.femur[:, side], body.tibia[:, side], body.foot[:, side]
    hip = _joint(body.pelvis, femur, side)
    knee = _joint(femur, tibia, side) * _SAGITTAL_SIGN
    ankle = _joint(tibia, foot, side)
    return {
        **dict(zip(("hip_flexion", "hip_adduction", "hip_rotation"), hip.T, strict=True)),
        **dict(zip(("knee_flexion", "knee_adduction", "knee_rotation"), knee.T, strict=True)),
        **dict(zip(("ankle_dorsiflexion", "ankle_inversion", "ankle_toe_in"), ankle.T, strict=True)),
        "apparent_valgus": _apparent_valgus(body.pelvis, femur, tibia, side),
        "thigh_flexion": _thigh_flexion(body.pelvis, femur),
    }


def _joint(proximal: Array, distal: Array, side: int) -> Array:
    rotation = transposed(proximal) @ distal
    return to_zxy(rotation if side == 0 else mirrored(rotation))


def _apparent_valgus(pelvis: Array, femur: Array, tibia: Array, side: int) -> Array:
    """Lean of the shank out of the plane in which the thigh would flex without hip rotation, valgus +."""
    z, y = pelvis[..., 2], femur[..., 1]
    z0 = _unit(z - _dot(z, y)[:, None] * y)
    lateral = z0 if side == 0 else -z0
    return np.arcsin(_dot(-tibia[..., 1], lateral))


def _thigh_flexion(pelvis: Array, femur: Array) -> Array:
    forward, _ = _heading(pelvis)
    down_the_thigh = -femur[..., 1]
    return np.arctan2(_dot(down_the_thigh, forward), -down_the_thigh @ _UP)


def _pelvis_angles(body: Segments) -> dict[str, Array]:
    tilt, obliquity, rotation = to_zxy(R_WORLD_GROUND.T @ body.pelvis).T
    _, right = _heading(body.pelvis)
    trunk = body.trunk[..., 1]
    return {
        "pelvis_tilt": tilt,
        "anterior_tilt": -tilt,
        "pelvis_list": obliquity,
        "pelvis_rotation": rotation,
        "trunk_lean": np.arctan2(_dot(trunk, right), trunk @ _UP),
    }


def _heading(pelvis: Array) -> tuple[Array, Array]:
    """Horizontal unit vectors forward and to the right of the pelvis."""
    z = pelvis[..., 2]
    right = _unit(z - (z @ _UP)[:, None] * _UP)
    return np.cross(_UP, right), right


def _unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _dot(a: Array, b: Array) -> Array:
    return np.sum(a * b, axis=-1)
