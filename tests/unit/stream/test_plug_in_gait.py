"""Our formulas against Plug-in Gait's own angles, from the segment axes that Vicon stored in the same files."""

import numpy as np
import pytest

from reconstruct.angle_names import ANGLE_NAMES
from stream.files.c3d_read import C3dTrial, read_c3d
from stream.files.plug_in_gait import JOINTS, columns, from_plug_in_gait, to_plug_in_gait

FILES = (
    "c3d_pig_btk/FunctionalWalk.c3d",
    "c3d_pig_btk/PiG_Motion-FlatFoot-Full.c3d",
    "c3d_pig_btk/PiG_Calibration-FlatFoot-Full.c3d",
    "c3d_pig_biomechzoo/HC002D/HC002D06.c3d",
    "c3d_pig_biomechzoo/HC030A/HC030A22.c3d",
)
MIRROR = np.diag([1.0, 1.0, -1.0])


def isb_frame(point, segment: str) -> np.ndarray:
    """(F, 3, 3) columns x anterior, y proximal, z right, of a segment's stored origin and axes."""
    anterior, left, proximal = (point(segment + axis) - point(segment + "O") for axis in "ALP")
    frame = np.stack([anterior, proximal, -left], axis=-1)
    return frame / np.linalg.norm(frame, axis=-2, keepdims=True)


def isb_foot(point, segment: str) -> np.ndarray:
    """(F, 3, 3) of a Plug-in Gait foot, whose P axis runs from the toe to the heel and whose A axis points up."""
    frame = isb_frame(point, segment)
    return np.stack([-frame[..., 1], frame[..., 0], frame[..., 2]], axis=-1)


def zxy(rotation: np.ndarray, flexion_sign: float) -> np.ndarray:
    """Degrees, the table of docs/conventions.md."""
    flexion = flexion_sign * np.arctan2(-rotation[:, 0, 1], rotation[:, 1, 1])
    adduction = np.arcsin(rotation[:, 2, 1])
    return np.rad2deg(np.stack([flexion, adduction, np.arctan2(-rotation[:, 2, 0], rotation[:, 2, 2])], axis=-1))


def relative(proximal: np.ndarray, distal: np.ndarray, side: str) -> np.ndarray:
    rotation = np.swapaxes(proximal, -1, -2) @ distal
    return MIRROR @ rotation @ MIRROR if side == "L" else rotation


@pytest.fixture(scope="module", params=FILES)
def trial(request, shared_data) -> C3dTrial:
    return read_c3d(shared_data / request.param)


def test_imported_angles_are_those_of_our_formulas_on_vicons_axes(trial):
    imported = np.rad2deg(from_plug_in_gait(trial.angles_deg, frames=len(trial.markers.time_s)))

    def point(label: str) -> np.ndarray:
        return trial.markers.xyz[:, trial.markers.keypoint_set.index(label)]

    for side, suffix in (("R", "_r"), ("L", "_l")):
        pelvis, femur, tibia = (isb_frame(point, segment) for segment in ("PEL", f"{side}FE", f"{side}TI"))
        expected = {
            "HipAngles": zxy(relative(pelvis, femur, side), 1.0),
            "KneeAngles": zxy(relative(femur, tibia, side), -1.0),
            "AnkleAngles": zxy(relative(tibia, isb_foot(point, f"{side}FO"), side), 1.0),
        }
        for joint, angles in expected.items():
            difference = imported[:, columns(JOINTS[joint], suffix)] - angles
            assert np.nanmax(np.abs(difference)) < 1e-3, (side, joint)
            assert np.isfinite(difference).mean() > 0.9


def test_plug_in_gait_comes_back_as_it_was(trial):
    frames = len(trial.markers.time_s)
    back = to_plug_in_gait(from_plug_in_gait(trial.angles_deg, frames))
    for label, angles in back.items():
        difference = angles - trial.angles_deg[label]
        assert np.nanmax(np.abs(difference)) < 1e-3, label
        np.testing.assert_array_equal(np.isnan(difference).any(axis=-1), np.isnan(trial.angles_deg[label]).any(axis=-1))


@pytest.mark.parametrize("heading", [0.0, 0.5 * np.pi, np.pi, -0.5 * np.pi])
def test_pelvic_angles_do_not_depend_on_the_way_the_subject_faces(heading):
    """15 deg of anterior tilt and a 5 deg list, facing any of the four walls."""
    from scipy.spatial.transform import Rotation

    against_wall = Rotation.from_euler("ZXY", [[-15.0, 5.0, 3.0]], degrees=True)
    values = np.zeros((1, len(ANGLE_NAMES)))
    against_ground = Rotation.from_euler("Y", heading) * against_wall
    values[:, columns(("pelvis_tilt", "pelvis_list", "pelvis_rotation"))] = against_ground.as_euler("ZXY")
    angles = to_plug_in_gait(values)
    np.testing.assert_allclose(angles["RPelvisAngles"], [[15.0, -5.0, 3.0]], atol=1e-9)
    np.testing.assert_allclose(angles["LPelvisAngles"], [[15.0, 5.0, -3.0]], atol=1e-9)
