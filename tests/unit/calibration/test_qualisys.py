"""Qualisys calibrations against the TOML that Pose2Sim made of the same file, and against a file made here."""

from pathlib import Path

import numpy as np
import pytest

from calibration.errors import CalibrationError
from calibration.formats import aniposelib, qualisys

CAMERA = """<camera active="{active}" serial="{serial}">
<fov_video left="10" right="1289" top="20" bottom="739"/>
<transform r11="1" r12="0" r13="0" r21="0" r22="0" r23="1" r31="0" r32="-1" r33="0" x="500" y="-3000" z="{z}"/>
<intrinsic focalLengthU="64000" focalLengthV="64640" centerPointU="41600" centerPointV="24320"
 radialDistortion1="-0.1" radialDistortion2="0.02" radialDistortion3="0.003"
 tangentalDistortion1="0.001" tangentalDistortion2="-0.002"/></camera>"""


def written(path: Path, *cameras: str) -> Path:
    path.write_text(f"<calibration><cameras>{''.join(cameras)}</cameras></calibration>")
    return path


def test_a_camera_whose_pose_and_lens_are_known(tmp_path: Path) -> None:
    """It stands at (0.5, -3, 1.5) m, upright, and looks along +y."""
    off, on = CAMERA.format(active=0, serial="off", z=0), CAMERA.format(active=1, serial="26584", z=1500)
    rig = qualisys.read_rig(written(tmp_path / "a.qca.txt", off, on))
    assert rig.names == ("26584",)
    camera = rig.cameras[0]
    assert camera.size == (1280, 720)
    np.testing.assert_allclose(camera.matrix, [[1000.0, 0.0, 640.0], [0.0, 1010.0, 360.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(camera.distortion, [-0.1, 0.02, 0.001, -0.002, 0.003])
    np.testing.assert_allclose(camera.centre_world, [0.5, -3.0, 1.5], atol=1e-12)
    np.testing.assert_allclose(camera.viewing_direction_world, [0.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(camera.T_camera_world[1, :3], [0.0, 0.0, -1.0], atol=1e-12)


def test_against_the_conversion_by_pose2sim(shared_data: Path) -> None:
    """Poses and intrinsics; its distortion coefficients are divided by 64, which have no unit to be divided."""
    folder = shared_data / "pose2sim_single" / "calibration"
    ours, theirs = qualisys.read_rig(folder / "Calib.qca.txt"), aniposelib.read_rig(folder / "Calib_qualisys.toml")
    for camera, reference in zip(ours.cameras, theirs.cameras, strict=True):
        assert camera.size == reference.size
        np.testing.assert_allclose(camera.matrix, reference.matrix, atol=1e-9)
        np.testing.assert_allclose(camera.T_camera_world, reference.T_camera_world, atol=1e-9)
        np.testing.assert_allclose(camera.distortion[:4] / 64.0, reference.distortion, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not xml", "is not valid XML"),
        ("<calibration/>", "holds no active camera"),
        ("<calibration><cameras><camera serial='7'/></cameras></calibration>", "camera '7' has no <fov_video>"),
        (f"<cameras>{CAMERA.format(active=1, serial='7', z='high')}</cameras>", "camera '7' z = 'high' is not made of"),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "a.qca.txt"
    path.write_text(text if text.startswith(("not", "<calibration")) else f"<calibration>{text}</calibration>")
    with pytest.raises(CalibrationError, match=complaint) as caught:
        qualisys.read_rig(path)
    assert "\n" not in str(caught.value)
