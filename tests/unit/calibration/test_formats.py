"""Rig files of other systems: there and back, recognised by what they are, refused in one line when they are not."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from calibration.errors import CalibrationError
from calibration.formats.any_format import FORMATS, read_any, recognise, write_any
from calibration.formats.units import scaled
from geometry import se3
from geometry.rig import Camera, Rig


def _rig(tangential: bool = True) -> Rig:
    rng = np.random.default_rng(0)
    cameras: list[Camera] = []
    for i in range(3):
        matrix = np.array([[900.0 + i, 0, 640.25], [0, 901.5, 360.75], [0, 0, 1]])
        distortion = np.array([-0.1, 0.05, 1e-3 * tangential, -2e-3 * tangential, 0.01])
        pose = se3.compose(se3.rotation_from_vector(rng.normal(size=3)), rng.normal(size=3) + np.array([0, 0, 3.0]))
        cameras.append(Camera(f"cam_{i}", (1280, 720), matrix, distortion, pose))
    return Rig(tuple(cameras))


def _same(one: Rig, other: Rig, atol: float = 1e-14) -> None:
    assert one.names == other.names
    for a, b in zip(one.cameras, other.cameras, strict=True):
        assert a.size == b.size
        assert a.fisheye == b.fisheye
        np.testing.assert_allclose(a.matrix, b.matrix, rtol=1e-15)
        padded = np.zeros(8)
        padded[: len(b.distortion)] = b.distortion
        np.testing.assert_allclose(np.pad(a.distortion, (0, 8 - len(a.distortion))), padded, rtol=1e-15)
        np.testing.assert_allclose(a.T_camera_world, b.T_camera_world, atol=atol)


FILES = {
    "aniposelib": "rig.toml",
    "freemocap": "fmc.toml",
    "caliscope": "array.toml",
    "qualisys": "rig.qca.txt",
    "vicon": "rig.xcp",
    "easymocap": "em",
}


@pytest.mark.parametrize("name", FILES)
def test_there_and_back(tmp_path: Path, name: str) -> None:
    rig, path = _rig(tangential=name != "vicon"), tmp_path / FILES[name]
    assert write_any(path, rig, name) == name
    assert recognise(path) == name
    _same(read_any(path), rig, atol=1e-12)


@pytest.mark.parametrize("name", FILES)
def test_a_length_unit_can_be_told(tmp_path: Path, name: str) -> None:
    rig, path = _rig(tangential=name != "vicon"), tmp_path / FILES[name]
    write_any(path, rig, name)
    in_mm = name in ("freemocap", "qualisys", "vicon")
    told = read_any(path, metres_per_unit=0.002 if in_mm else 2.0)
    _same(told, scaled(rig, 2.0), atol=1e-11)


@pytest.mark.parametrize("name", [name for name in FILES if name != "easymocap"])
def test_the_ending_suggests_the_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / FILES[name]
    wanted = "aniposelib" if path.suffix == ".toml" else name
    assert write_any(path, _rig(tangential=False)) == wanted


def test_freemocap_keeps_its_own_keys(tmp_path: Path) -> None:
    path = tmp_path / "fmc.toml"
    rig = _rig()
    write_any(path, rig, "freemocap")
    text = path.read_text(encoding="utf-8")
    assert 'id = "cam_0"' in text
    place = 1e3 * rig.cameras[0].centre_world
    assert f"world_position = [{float(place[0])!r}"[:30] in text


def test_freemocap_in_metres_is_a_question(tmp_path: Path) -> None:
    path = tmp_path / "fmc.toml"
    write_any(path, scaled(_rig(), 1e-3), "freemocap")
    with pytest.raises(CalibrationError, match="cannot be millimetres; what is the unit"):
        read_any(path)
    _same(read_any(path, metres_per_unit=1.0), _rig(), atol=1e-11)


def test_lenses_that_a_format_cannot_say_are_refused(tmp_path: Path) -> None:
    fisheye = Rig(tuple(Camera(c.name, c.size, c.matrix, np.zeros(4), c.T_camera_world, True) for c in _rig().cameras))
    for name in ("qualisys", "vicon", "easymocap"):
        with pytest.raises(CalibrationError, match="camera 'cam_0'"):
            write_any(tmp_path / FILES[name], fisheye, name)
    with pytest.raises(CalibrationError, match="radial distortion"):
        write_any(tmp_path / "a.xcp", _rig())
    _same(_written_and_read(tmp_path / "f.toml", fisheye), fisheye)


def _written_and_read(path: Path, rig: Rig) -> Rig:
    write_any(path, rig)
    return read_any(path)


def _opencap(path: Path, camera: Camera) -> None:
    upright = np.array([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])
    values = {
        "imageSize": np.array([[camera.size[1]], [camera.size[0]]]),
        "intrinsicMat": camera.matrix,
        "distortion": camera.distortion[None],
        "rotation": camera.T_camera_world[:3, :3] @ upright,
        "translation": 1e3 * camera.T_camera_world[:3, 3:],
    }
    path.write_bytes(pickle.dumps(values))


def test_opencap_pickles_are_read_lying_down_again(tmp_path: Path) -> None:
    for camera in _rig().cameras:
        _opencap(tmp_path / f"{camera.name}.pickle", camera)
    _same(read_any(tmp_path), _rig(), atol=1e-12)
    one = read_any(tmp_path / "cam_1.pickle", metres_per_unit=0.001)
    assert one.names == ("cam_1",)
    with pytest.raises(CalibrationError, match="opencap is read but not written; choose one of aniposelib"):
        write_any(tmp_path / "x.pickle", _rig())


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch harmed",)


def test_a_pickle_that_wants_to_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cam.pickle").write_bytes(pickle.dumps({"rotation": _Evil()}))
    with pytest.raises(CalibrationError, match=r"is not a plain OpenCap calibration.*asks for"):
        read_any(tmp_path / "cam.pickle")
    assert not (tmp_path / "harmed").exists()


def test_vicon_reads_what_its_cameras_say(tmp_path: Path) -> None:
    """Camera 2000 mm up looking along world +y: orientation is world to camera, scalar last."""
    quaternion = "-0.7071067811865476 0 0 0.7071067811865476"
    lens = 'FOCAL_LENGTH="1000" PRINCIPAL_POINT="640 360" VICON_RADIAL2="ViconRadial2 640 360 -0.2 0.05 0.01"'
    text = (
        '<Cameras><Camera DEVICEID="21" TYPE="VUE-Video" SENSOR_SIZE="1280 720" PIXEL_ASPECT_RATIO="1.01">'
        f'<KeyFrames><KeyFrame {lens} ORIENTATION="{quaternion}" POSITION="100 -3000 2000"/></KeyFrames></Camera>'
        '<Camera DEVICEID="99" TYPE="MX" SENSOR_SIZE="10 10"/></Cameras>'
    )
    (tmp_path / "a.xcp").write_text(text, encoding="utf-8")
    camera = read_any(tmp_path / "a.xcp").cameras[0]
    np.testing.assert_allclose(camera.centre_world, [0.1, -3.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(camera.viewing_direction_world, [0, -1, 0], atol=1e-9)
    np.testing.assert_allclose(camera.matrix[1, 1], 1000 / 1.01)
    np.testing.assert_allclose(camera.distortion, [-0.2, 0.05, 0, 0, 0.01])


def test_caliscopes_own_rig_is_read(shared_data: Path) -> None:
    rig = read_any(shared_data / "calib_caliscope_charuco" / "camera_array.toml")
    assert rig.names == ("cam_0", "cam_1", "cam_2", "cam_3")
    assert rig.cameras[0].matrix[0, 0] == pytest.approx(903.55, abs=0.01)
    for camera in rig.cameras:
        np.testing.assert_allclose(
            camera.T_camera_world[:3, :3] @ camera.T_camera_world[:3, :3].T, np.eye(3), atol=1e-12
        )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xcp", "<Cameras/>", "holds no <Camera>"),
        ("a.xcp", "<Cameras><Camera DEVICEID='1'/></Cameras>", "camera 1 has no <KeyFrames/KeyFrame>"),
        ("a.xcp", "<!DOCTYPE x []><Cameras/>", "declares XML entities"),
        ("a.toml", "[cameras.0]\nsize = [1, 1]\n", r"\[cameras.0\] has no 'rotation'"),
        ("a.toml", "[cameras]\n", "holds no cameras that are in use"),
        ("a.csv", "x", r"the ending '\.csv' says no format; name it with --from aniposelib"),
        ("intri.yml", "%YAML:1.0\n---\nnames:\n", "extri.yml: is missing"),
    ],
)
def test_what_is_no_rig_is_said_in_one_line(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(CalibrationError, match=message) as caught:
        read_any(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_unknown_formats_and_missing_files_list_the_choices(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="does not exist"):
        read_any(tmp_path / "none.toml")
    with pytest.raises(CalibrationError, match=f"format 'vhs' is unknown; choose one of {', '.join(FORMATS)}"):
        read_any(tmp_path, format_name="vhs")
    with pytest.raises(CalibrationError, match="holds neither EasyMocap's"):
        read_any(tmp_path)
