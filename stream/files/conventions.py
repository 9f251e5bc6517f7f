"""What every number in a result file means, as text that travels inside the file."""

from reconstruct.angle_names import ANGLE_NAMES

WORLD = "right-handed, metres, Z up, origin on the floor; missing is NaN"
ANGLES = (
    "degrees; ISB anatomical axes (x anterior, y proximal, z right), Cardan z-x-y of R_proximal^T R_distal; the left "
    "leg is mirrored, so a sign means the same on both sides; missing is NaN"
)
OBSERVABILITY = "how much of the value is this trial's data: measured >= 0.75, partial 0.4 to 0.75, prior < 0.4"
TIME = "seconds since the first frame of the trial"
POINT_ERROR = "standard error, root mean square over the three axes"

_MEANINGS = {
    "hip_flexion": "flexion +",
    "hip_adduction": "adduction +",
    "hip_rotation": "internal +",
    "knee_flexion": "flexion +",
    "knee_adduction": "varus +, valgus -",
    "knee_rotation": "internal +",
    "ankle_dorsiflexion": "dorsiflexion +",
    "ankle_inversion": "inversion +, eversion -",
    "ankle_toe_in": "toe-in +",
    "apparent_valgus": "lean of the shank medially out of the plane of thigh flexion without hip rotation; valgus +",
    "thigh_flexion": "thigh from the downward vertical, sagittal plane of the pelvis heading; flexion +",
    "pelvis_tilt": "posterior +",
    "anterior_tilt": "anterior +",
    "pelvis_list": "right side down +",
    "pelvis_rotation": "about the vertical, as OpenSim in a Y-up ground; to the left +",
    "trunk_lean": "sideways from the vertical, frontal plane of the pelvis heading; to the right +",
}


def angle_meaning(angle: str) -> str:
    """Sign convention of one of `ANGLE_NAMES`."""
    return _MEANINGS[angle.removesuffix("_r").removesuffix("_l")]


MEANINGS = {angle: angle_meaning(angle) for angle in ANGLE_NAMES}
