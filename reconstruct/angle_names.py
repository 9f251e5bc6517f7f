"""Names and order of every reported angle; BIOMECHANICS conventions are stated in docs/conventions.md."""

LEG_ANGLES = (
    "hip_flexion",
    "hip_adduction",
    "hip_rotation",
    "knee_flexion",
    "knee_adduction",
    "knee_rotation",
    "ankle_dorsiflexion",
    "ankle_inversion",
    "ankle_toe_in",
    "apparent_valgus",
    "thigh_flexion",
)
PELVIS_ANGLES = ("pelvis_tilt", "anterior_tilt", "pelvis_list", "pelvis_rotation", "trunk_lean")

ANGLE_NAMES = tuple(f"{name}_r" for name in LEG_ANGLES) + tuple(f"{name}_l" for name in LEG_ANGLES) + PELVIS_ANGLES


def angle_index(name: str) -> int:
    """Column of an angle in every (..., A) array of angles."""
    return ANGLE_NAMES.index(name)
