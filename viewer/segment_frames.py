"""Anatomical axes of the segments, rebuilt from the joint angles (docs/conventions.md) and hung on the points.

This is the inverse of how the angles were read from the body, so what is drawn is what the numbers say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from reconstruct.angle_names import angle_index
from reconstruct.types import LiveFrame
from viewer.subject import mid_hip, point

Array = NDArray[np.float64]

_WORLD_FROM_Y_UP = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_MIRROR = np.diag([1.0, 1.0, -1.0])


@dataclass(frozen=True, slots=True, eq=False)
class SegmentFrame:
    """Axes of a segment: columns of `R_world_segment` are x anterior, y proximal, z to the subject's right."""

    origin: Array
    R_world_segment: Array


def segment_frames(frame: LiveFrame) -> tuple[SegmentFrame, ...]:
    """Pelvis, thighs and shanks at the hips, knees and ankles; what is unknown is left out."""
    pelvis = _pelvis_rotation(frame.angles.values)
    frames = [SegmentFrame(mid_hip(frame.points), pelvis)]
    for side, suffix in (("R", "_r"), ("L", "_l")):
        femur = pelvis @ _joint_rotation(frame.angles.values, "hip", suffix, flexion_sign=1.0)
        tibia = femur @ _joint_rotation(frame.angles.values, "knee", suffix, flexion_sign=-1.0)
        frames.append(SegmentFrame(point(frame.points, side + "Knee"), femur))
        frames.append(SegmentFrame(point(frame.points, side + "Ankle"), tibia))
    return tuple(f for f in frames if np.isfinite(f.origin).all() and np.isfinite(f.R_world_segment).all())


def _pelvis_rotation(angles: Array) -> Array:
    """Rz(tilt) Rx(list) Ry(rotation) in the Y-up ground, told in the world."""
    tilt, list_, rotation = (angles[angle_index(f"pelvis_{name}")] for name in ("tilt", "list", "rotation"))
    return _WORLD_FROM_Y_UP @ _rotation_zxy(tilt, list_, rotation)


def _joint_rotation(angles: Array, joint: str, suffix: str, *, flexion_sign: float) -> Array:
    """Distal in proximal frame, of the side that `suffix` names."""
    flexion, adduction, rotation = (
        angles[angle_index(f"{joint}_{motion}{suffix}")] for motion in ("flexion", "adduction", "rotation")
    )
    R_proximal_distal = _rotation_zxy(flexion_sign * flexion, adduction, rotation)
    return _MIRROR @ R_proximal_distal @ _MIRROR if suffix == "_l" else R_proximal_distal


def _rotation_zxy(z: float, x: float, y: float) -> Array:
    if not np.isfinite([z, x, y]).all():
        return np.full((3, 3), np.nan)
    return Rotation.from_euler("ZXY", [z, x, y]).as_matrix()
