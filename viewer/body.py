"""What moves: the person's bones and joints, their uncertainty, and the anatomical axes."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import LiveFrame, Points3D
from viewer import subject
from viewer.bones import bones_of
from viewer.palette import AXIS_X, AXIS_Y, AXIS_Z, ELLIPSOID, MIDDLE
from viewer.segment_frames import segment_frames
from viewer.shapes import Lines, Mesh, merged_meshes
from viewer.solids import cylinders, ellipsoid_rings, spheres

Array = NDArray[np.float64]

BONE_RADIUS_M = 0.014
HEAD_RADIUS_M = 0.095
ELLIPSOID_SCALE = 2.7955
"""Standard deviations out to which a 3-D normal distribution holds 95 % (square root of chi-squared, 3 dof)."""

_HEAD_MERIDIANS = 32
_CROWN_SHARE = 0.3
_AXIS_LENGTH_M = 0.16
_AXIS_RADIUS_M = 0.006
_AXES = np.array([AXIS_X, AXIS_Y, AXIS_Z])


def body(points: Points3D, joint_share: float = 1.0) -> Mesh:
    """Bones and joints coloured by side; `joint_share` scales both, to let error ellipsoids stand out."""
    bones, xyz = bones_of(points.keypoint_set), points.xyz
    joints = spheres(xyz, bones.joint_radii * joint_share, bones.joint_colours)
    rods = cylinders(xyz[bones.starts], xyz[bones.ends], BONE_RADIUS_M * joint_share, bones.bone_colours)
    return merged_meshes([joints, rods, *_head(points, joint_share)])


def error_ellipsoids(points: Points3D) -> Lines:
    """95 % confidence ellipsoid of every point, at its true size."""
    return ellipsoid_rings(points.xyz, points.covariance, ELLIPSOID_SCALE, ELLIPSOID)


def anatomical_axes(frame: LiveFrame) -> Mesh:
    """x anterior red, y proximal green, z to the right blue, of pelvis, thighs and shanks."""
    frames = segment_frames(frame)
    origins = np.array([f.origin for f in frames]).reshape(-1, 1, 3)
    arms = np.array([f.R_world_segment.T for f in frames]).reshape(-1, 3, 3) * _AXIS_LENGTH_M
    starts = np.broadcast_to(origins, arms.shape).reshape(-1, 3)
    return cylinders(starts, (origins + arms).reshape(-1, 3), _AXIS_RADIUS_M, np.tile(_AXES, (len(frames), 1)))


def _head(points: Points3D, joint_share: float) -> list[Mesh]:
    """A ball between ears and crown, else at the nose, on a neck where the set has one."""
    middle = _head_centre(points)
    neck = cylinders([subject.point(points, "Neck")], [middle], BONE_RADIUS_M * joint_share, [MIDDLE])
    return [spheres([middle], [HEAD_RADIUS_M], [MIDDLE], _HEAD_MERIDIANS), neck]


def _head_centre(points: Points3D) -> Array:
    between_ears = 0.5 * (subject.point(points, "LEar") + subject.point(points, "REar"))
    crown = subject.point(points, "Head")
    below_crown = between_ears + _CROWN_SHARE * (crown - between_ears)
    known = (place for place in (below_crown, between_ears) if np.isfinite(place).all())
    return next(known, subject.point(points, "Nose"))
