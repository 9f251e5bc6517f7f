"""The project's rig format: what it reads, keeps and refuses."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.errors import CalibrationError
from calibration.formats.aniposelib import read_rig, write_rig
from calibration.formats.units import largest_baseline, metres_per_unit, scaled
from geometry import se3
from geometry.rig import Camera, Rig

GOOD = """
[cam_10]
name = "left"
size = [1280.0, 720.0]
matrix = [[900.0, 0.0, 640.0], [0.0, 901.0, 360.0], [0.0, 0.0, 1.0]]
distortions = [0.1, -0.2, 0.001, 0.002, 0.05]
rotation = [0.1, 0.2, 0.3]
translation = [0.0, 0.0, 3.0]
world_position = [1, 2, 3]

[cam_2]
name = "right"
size = [640, 480]
matrix = [[500.0, 0.0, 320.0], [0.0, 500.0, 240.0], [0.0, 0.0, 1.0]]
distortions = [0.1, -0.2, 0.001, 0.002]
rotation = [0.0, 1.0, 0.0]
translation = [0.5, 0.0, 2.0]
fisheye = true

[metadata]
adjusted = false
error = 0.0
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "rig.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_every_field_in_file_order(tmp_path: Path) -> None:
    rig = read_rig(_file(tmp_path, GOOD))
    left, right = rig.cameras
    assert rig.names == ("left", "right")
    assert left.size == (1280, 720)
    assert right.fisheye
    assert not left.fisheye
    assert left.distortion.tolist() == [0.1, -0.2, 0.001, 0.002, 0.05]
    np.testing.assert_array_equal(left.matrix, [[900, 0, 640], [0, 901, 360], [0, 0, 1]])
    np.testing.assert_allclose(se3.vector_from_rotation(left.T_camera_world[:3, :3]), [0.1, 0.2, 0.3], atol=1e-15)
    assert left.T_camera_world[:3, 3].tolist() == [0, 0, 3]


finite = st.floats(-1e3, 1e3, allow_nan=False)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*[st.floats(-3.0, 3.0, allow_nan=False)] * 3),
    st.tuples(finite, finite, finite),
    st.lists(st.floats(-1.0, 1.0, allow_nan=False), min_size=8, max_size=8),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)
def test_round_trip_keeps_every_digit(
    tmp_path_factory: pytest.TempPathFactory,
    rotation: tuple[float, float, float],
    translation: tuple[float, float, float],
    distortion: list[float],
    name: str,
) -> None:
    path = tmp_path_factory.mktemp("rig") / "rig.toml"
    matrix = np.array([[1 / 3, 0, 2 / 3], [0, 1e-7, 1e300], [0, 0, 1.0]])
    T_camera_world = se3.compose(se3.rotation_from_vector(rotation), np.array(translation))
    camera = Camera(name, (7, 5), matrix, np.array(distortion), T_camera_world)
    write_rig(path, Rig((camera,)))
    back = read_rig(path).cameras[0]
    assert (back.name, back.size, back.fisheye) == (name, (7, 5), False)
    np.testing.assert_array_equal(back.matrix, matrix)
    np.testing.assert_array_equal(back.distortion, distortion)
    np.testing.assert_array_equal(back.T_camera_world[:3, 3], translation)
    np.testing.assert_allclose(back.T_camera_world[:3, :3], T_camera_world[:3, :3], rtol=0, atol=1e-15)


def test_recorded_rigs_come_back_bit_for_bit(shared_data: Path, tmp_path: Path) -> None:
    for source in sorted(shared_data.glob("truth/*/rig.toml")):
        rig = read_rig(source)
        write_rig(tmp_path / "copy.toml", rig)
        copy = read_rig(tmp_path / "copy.toml")
        assert copy.names == rig.names
        for one, two in zip(rig.cameras, copy.cameras, strict=True):
            np.testing.assert_array_equal(one.T_camera_world, two.T_camera_world)


@pytest.mark.parametrize("factor", [1000.0, 100.0, 1 / 0.03, 1e-4])
def test_units_other_than_metres_are_a_question(tmp_path: Path, factor: float) -> None:
    write_rig(tmp_path / "m.toml", read_rig(_file(tmp_path, GOOD)))
    rig = read_rig(tmp_path / "m.toml")
    text = GOOD
    for camera in rig.cameras:
        old = camera.T_camera_world[:3, 3]
        text = text.replace(f"translation = {old.tolist()}", f"translation = {(old * factor).tolist()}")
    path = _file(tmp_path, text)
    with pytest.raises(CalibrationError, match=r"rig\.toml.*what is the unit\?.*--units"):
        read_rig(path)
    back = read_rig(path, metres_per_unit=1 / factor)
    assert largest_baseline(back) == pytest.approx(largest_baseline(rig))


def test_a_very_large_rig_in_stated_metres_is_believed(tmp_path: Path) -> None:
    rig = scaled(read_rig(_file(tmp_path, GOOD)), 100.0)
    write_rig(tmp_path / "stadium.toml", rig)
    assert largest_baseline(read_rig(tmp_path / "stadium.toml")) == pytest.approx(largest_baseline(rig))


@pytest.mark.parametrize(("text", "metres"), [("mm", 0.001), ("cm", 0.01), ("m", 1.0), ("0.054", 0.054)])
def test_names_of_units(text: str, metres: float) -> None:
    assert metres_per_unit(text) == metres


@pytest.mark.parametrize("text", ["feet", "-1", "0", "nan", "inf", ""])
def test_unknown_units_list_the_choices(text: str) -> None:
    with pytest.raises(CalibrationError, match="m, cm, mm"):
        metres_per_unit(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[metadata]", "[metadata", "not valid TOML"),
        ("size = [640, 480]\n", "", r"\[cam_2\] has no 'size'"),
        ("size = [640, 480]", "size = [640, 480.5]", r"\[cam_2\] size"),
        ("size = [640, 480]", 'size = "big"', r"\[cam_2\] size = 'big' is not made of numbers"),
        ("rotation = [0.0, 1.0, 0.0]", "rotation = [0.0, 1.0]", r"\[cam_2\] rotation has shape 2, wanted 3"),
        ("rotation = [0.0, 1.0, 0.0]", "rotation = [0.0, nan, 0.0]", r"\[cam_2\] rotation .* not finite"),
        ("translation = [0.5, 0.0, 2.0]", "translation = [inf, 0.0, 2.0]", r"\[cam_2\] translation .* not finite"),
        ("0.001, 0.002]\n", "0.001]\n", r"\[cam_2\] distortions has shape 3, wanted 4"),
        ("[[500.0, 0.0, 320.0], ", "[[-500.0, 0.0, 320.0], ", r"\[cam_2\] matrix is not an intrinsic matrix"),
        ("[[500.0, 0.0, 320.0], [0.0", "[[500.0, 0.0], [0.0", r"\[cam_2\] matrix"),
        ("fisheye = true", "fisheye = 1", r"\[cam_2\] fisheye = 1 must be true or false"),
        ('name = "right"', 'name = "left"', "'left' stands twice"),
        ("[cam_10]", "top = 1\n[cam_10]", "'top' is not a table"),
    ],
)
def test_a_broken_file_is_named_in_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(Exception, match=message) as caught:
        read_rig(_file(tmp_path, GOOD.replace(old, new)))
    assert "\n" not in str(caught.value)


def test_absent_empty_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"none\.toml: cannot be read"):
        read_rig(tmp_path / "none.toml")
    with pytest.raises(CalibrationError, match="holds no cameras"):
        read_rig(_file(tmp_path, "[metadata]\nerror = 0.0\n"))
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CalibrationError, match="not a text file"):
        read_rig(tmp_path / "b.toml")


def test_an_impossible_place_to_write_is_named(tmp_path: Path) -> None:
    rig = read_rig(_file(tmp_path, GOOD))
    with pytest.raises(CalibrationError, match="cannot be written"):
        write_rig(tmp_path / "nowhere" / "rig.toml", rig)
