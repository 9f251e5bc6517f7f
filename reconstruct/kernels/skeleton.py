"""The jointed skeleton as tables: degrees of freedom, segments, body points and what moves what.

Everything here is structure without numbers of any one person; lengths and offsets are in the geometry vector, whose
layout this file also owns.  Anatomical frames are ISB (x anterior, y proximal, z right).  The left leg is the mirror
image of the right one, so that a sign means the same on both sides.
"""

import math

import numpy as np

DOF_NAMES = (
    *("pelvis_x", "pelvis_y", "pelvis_z", "pelvis_heading", "pelvis_roll", "pelvis_pitch"),
    *("trunk_extension", "trunk_bending", "trunk_axial"),
    *("hip_flexion_r", "hip_adduction_r", "hip_rotation_r"),
    *("knee_flexion_r", "knee_adduction_r", "knee_rotation_r"),
    *("talocrural_r", "subtalar_r", "midfoot_r"),
    *("hip_flexion_l", "hip_adduction_l", "hip_rotation_l"),
    *("knee_flexion_l", "knee_adduction_l", "knee_rotation_l"),
    *("talocrural_l", "subtalar_l", "midfoot_l"),
)
N_DOF = len(DOF_NAMES)
PELVIS_ROTATION, TRUNK, LEG_R, LEG_L = 3, 6, 9, 18
"""First degree of freedom of each group; a leg has hip 3, knee 3, ankle 3."""
KNEE = 3
"""Knee flexion among the degrees of freedom of a leg."""
SLIDE_R, SLIDE_L = N_DOF, N_DOF + 1
N_PIVOTS = N_DOF + 2
"""Pivots of all degrees of freedom, then how far shank and foot slide per radian of either knee's flexion."""

SEGMENTS = ("pelvis", "trunk", "femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l")
PELVIS_SEGMENT, TRUNK_SEGMENT, FEMUR_R, FEMUR_L = 0, 1, 2, 5
ORIGINS = (*SEGMENTS, "ankle_r", "ankle_l")
"""Points that segment kinematics provides: mid-hip, lumbar joint, hip and knee centres, the point of the foot that lies
in the ankle centre when the subtalar joint is neutral, and the ankle centres themselves."""


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


# Unit axes of the right ankle in the tibia and, after dorsiflexion, the hindfoot: talocrural and subtalar as in
# Inman's mean foot (the orientation used by the OpenSim gait models), the third one longitudinal to the shank.
TALOCRURAL_AXIS = _unit(-0.10501355, -0.17402245, 0.97912632)
SUBTALAR_AXIS = _unit(0.78717961, 0.60474746, -0.12094949)

SUBTALAR_OFFSET = (-0.045, -0.040, 0.008)
"""A point of the right subtalar axis, from the ankle centre in the neutral foot, metres of an average adult"""

GEOMETRY_SCALARS = ("hip_half_width", "lumbar_x", "lumbar_y", "thigh_r", "shank_r", "thigh_l", "shank_l")
HIP_HALF_WIDTH, LUMBAR, THIGH_R, SHANK_R, THIGH_L, SHANK_L = 0, 1, 3, 4, 5, 6
FIRST_OFFSET = len(GEOMETRY_SCALARS)

BODY_POINTS = (
    *("Hip", "RHip", "LHip", "RKnee", "LKnee", "RAnkle", "LAnkle"),
    *("RHeel", "LHeel", "RBigToe", "LBigToe", "RSmallToe", "LSmallToe"),
    *("Neck", "RShoulder", "LShoulder"),
)
"""Keypoints that carry information about the 27 degrees of freedom (head and arms move on their own)."""
N_POINTS = len(BODY_POINTS)
N_GEOMETRY = FIRST_OFFSET + 3 * N_POINTS

# A point sits at its anchor (the origin of a segment is its proximal joint centre) plus an offset that turns with a
# carrier: the hip point turns with the pelvis, the knee point with the femur, the ankle point with the tibia.
_ANCHOR = {"Hip": "femur", "Knee": "tibia", "Ankle": "ankle", "Heel": "foot", "BigToe": "foot", "SmallToe": "foot"}
_CARRIER = {"Knee": "femur", "Ankle": "tibia", "Heel": "foot", "BigToe": "foot", "SmallToe": "foot"}


def offset_index(point: str) -> int:
    """First of the three geometry entries that hold a point's offset in its carrier segment."""
    return FIRST_OFFSET + 3 * BODY_POINTS.index(point)


def _segment(point: str, table: dict[str, str]) -> int:
    side, part = point[0].lower(), point[1:]
    if part in table:
        return ORIGINS.index(f"{table[part]}_{side}")
    return TRUNK_SEGMENT if point in ("Neck", "RShoulder", "LShoulder") else PELVIS_SEGMENT


def _moved_by(point: str) -> list[int]:
    pelvis = list(range(6))
    if _segment(point, _CARRIER) == TRUNK_SEGMENT:
        return [*pelvis, TRUNK, TRUNK + 1, TRUNK + 2]
    joints = {"Knee": 3, "Ankle": 6, "Heel": 9, "BigToe": 9, "SmallToe": 9}.get(point[1:], 0)
    first = LEG_R if point[0] == "R" else LEG_L
    return pelvis + list(range(first, first + joints))


def _shaped_by(point: str) -> list[int]:
    if _segment(point, _CARRIER) == TRUNK_SEGMENT:
        return [LUMBAR, LUMBAR + 1]
    right = point[0] == "R"
    lengths = [HIP_HALF_WIDTH, THIGH_R if right else THIGH_L, SHANK_R if right else SHANK_L]
    return lengths[: {"Hip": 1, "Knee": 2, "Ankle": 3, "Heel": 3, "BigToe": 3, "SmallToe": 3}.get(point[1:], 0)]


def _padded(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    counts = np.array([len(row) for row in rows])
    table = np.full((len(rows), counts.max()), -1)
    for target, row in zip(table, rows, strict=True):
        target[: len(row)] = row
    return table, counts


POINT_ANCHOR = np.array([_segment(p, _ANCHOR) for p in BODY_POINTS])
"""(P,) entry of ORIGINS that the point is anchored to"""
POINT_CARRIER = np.array([_segment(p, _CARRIER) for p in BODY_POINTS])
"""(P,) segment that the point's offset turns with"""
POINT_SIDE = np.array([{"R": 1.0, "L": -1.0}.get(p[0], 0.0) for p in BODY_POINTS])
"""(P,) +1 right, -1 left, 0 in the middle"""
POINT_DOFS, POINT_DOF_COUNT = _padded([_moved_by(p) for p in BODY_POINTS])
"""(P, 15) degrees of freedom that move each point, -1 behind the last; (P,) how many"""
POINT_LENGTHS, POINT_LENGTH_COUNT = _padded([_shaped_by(p) for p in BODY_POINTS])
"""(P, 3) scalar geometry entries that shape each point's anchor, -1 behind the last; (P,) how many"""

_SEGMENT_JOINTS = {"pelvis": 0, "femur": 3, "tibia": 6, "foot": 9}


def _segment_moved_by(segment: str) -> list[int]:
    if segment == "trunk":
        return [*range(6), TRUNK, TRUNK + 1, TRUNK + 2]
    first = LEG_R if segment.endswith("_r") else LEG_L
    return [*range(6), *range(first, first + _SEGMENT_JOINTS[segment.removesuffix("_r").removesuffix("_l")])]


def _segment_shaped_by(segment: str) -> list[int]:
    if segment == "trunk":
        return [LUMBAR, LUMBAR + 1]
    lengths = [HIP_HALF_WIDTH, THIGH_R, SHANK_R] if segment.endswith("_r") else [HIP_HALF_WIDTH, THIGH_L, SHANK_L]
    return lengths[: {"pelvis": 0, "femur": 1, "tibia": 2, "foot": 3}[segment.removesuffix("_r").removesuffix("_l")]]


SEGMENT_SIDE = np.array([{"_r": 1.0, "_l": -1.0}.get(s[-2:], 0.0) for s in SEGMENTS])
"""(8,) +1 right, -1 left, 0 in the middle"""
SEGMENT_DOFS, SEGMENT_DOF_COUNT = _padded([_segment_moved_by(s) for s in SEGMENTS])
"""(8, 15) degrees of freedom that move each segment, -1 behind the last; (8,) how many"""
SEGMENT_LENGTHS, SEGMENT_LENGTH_COUNT = _padded([_segment_shaped_by(s) for s in SEGMENTS])
"""(8, 3) scalar geometry entries that shift each segment's origin, -1 behind the last; (8,) how many"""
