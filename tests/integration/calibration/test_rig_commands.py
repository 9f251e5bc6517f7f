"""`valgus rig ...` from rendered pictures to files, through the command line, and every way to be refused."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from calibration.board_file import board_toml
from calibration.boards import Board
from calibration.formats.aniposelib import read_rig, write_rig
from calibration.formats.units import scaled
from geometry import se3
from geometry.rig import Rig
from tests.support.virtual_boards import aligned_errors, looking_at, render, ring, seen, waved_boards
from valgus.cli.main import main

BOARD = Board("charuco", 6, 5, 0.12, 0.09, "DICT_5X5_100")
SIZE = (640, 480)


def _rig() -> Rig:
    """Three cameras on a third of a circle: all of them see a board that is held up to them."""
    cameras = ring(12, radius_m=1.8, size=SIZE).cameras[:3]
    return Rig(tuple(cameras))


RIG = _rig()


def _film(folder: Path, boards: np.ndarray, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    for camera in RIG.cameras:
        (folder / camera.name).mkdir(parents=True)
        for k, pose in enumerate(boards):
            cv2.imwrite(str(folder / camera.name / f"{k:03d}.png"), render(camera, BOARD, pose, rng))
    return folder


def _held_up(n: int, seed: int) -> np.ndarray:
    """Boards held towards the cameras: what `waved_boards` lays flat, stood up."""
    towards = np.mean([camera.centre_world for camera in RIG.cameras], axis=0) * [1, 1, 0] + [0, 0, 1.6]
    stand = looking_at(towards, np.array([0.0, 0.0, 1.0]))
    facing = se3.compose(stand[:3, :3].T, np.array([0.0, 0.0, 1.0]))
    flat = se3.compose(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 1.0]))
    boards = np.array([facing @ se3.invert(flat) @ pose for pose in waved_boards(4 * n, BOARD, seed, tilt_rad=0.6)])
    visible = [sum(len(seen(RIG, c, BOARD, pose).ids) == 20 for c in range(3)) for pose in boards]
    return boards[np.argsort(visible, kind="stable")[::-1][:n]]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `moved`, `again` and `floor` of pictures, BOARD.toml beside them."""
    root = tmp_path_factory.mktemp("films")
    (root / "BOARD.toml").write_text(board_toml(BOARD), encoding="utf-8")
    _film(root / "moved", _held_up(24, 0), 0)
    _film(root / "again", _held_up(8, 1), 1)
    lying = se3.compose(np.diag([1.0, -1.0, -1.0]), np.array([-0.3, 0.2, 0.0]))
    _film(root / "floor", lying[None], 2)
    return root


@pytest.fixture(scope="module")
def calibrated(films: Path) -> Path:
    """Folder with rig.toml, quality.json and report.html, written by a program of its own."""
    out = films / "out"
    command = [sys.executable, "-m", "valgus", "rig", "calibrate", "--board", films / "BOARD.toml"]
    command += ["--intrinsics", films / "moved", "--extrinsics", films / "moved", "--floor", films / "floor"]
    done = subprocess.run(
        [*command, "--out", out / "rig.toml", "--report", out], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in done.stdout
    return out


def test_the_rig_is_right_and_stands_on_the_floor(calibrated: Path) -> None:
    rig = read_rig(calibrated / "rig.toml")
    assert rig.names == RIG.names
    apart_m, turned_rad = aligned_errors(rig, RIG)
    assert apart_m.max() < 0.01
    assert np.rad2deg(turned_rad).max() < 0.5
    heights = [camera.centre_world[2] for camera in rig.cameras]
    np.testing.assert_allclose(heights, [camera.centre_world[2] for camera in RIG.cameras], atol=0.02)
    for found, true in zip(rig.cameras, RIG.cameras, strict=True):
        assert found.matrix[0, 0] == pytest.approx(true.matrix[0, 0], rel=0.01)


def test_quality_is_measured_on_frames_left_out(calibrated: Path) -> None:
    quality = json.loads((calibrated / "quality.json").read_text(encoding="utf-8"))
    assert quality["passed"]
    assert 0.0 < quality["reprojection_heldout_rms_px"] < 0.2
    assert quality["corners_heldout"] > 100
    assert abs(quality["scale_bias_mm"]) < 0.2
    assert quality["scale_rmse_mm"] < 1.0
    assert quality["world"]["floor_rms_mm"] < 2.0
    assert set(quality["cameras"]) == set(RIG.names)
    assert {"rms_px", "fx", "fx_sd", "centre_sd_mm", "lens_model"} <= set(quality["cameras"]["cam01"])
    assert all({"name", "passed", "value", "limit"} <= set(gate) for gate in quality["gates"])
    assert {"cameras_above_floor", "board_proportions"} <= {gate["name"] for gate in quality["gates"]}


def test_the_report_stands_alone(calibrated: Path) -> None:
    page = (calibrated / "report.html").read_text(encoding="utf-8")
    assert "Rig of 3 cameras" in page
    assert page.count("<svg") >= 7
    assert "http" not in page
    assert "nan" not in page


def test_a_check_on_new_pictures_passes(
    films: Path, calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["rig", "check", str(calibrated / "rig.toml"), "--board", str(films / "BOARD.toml")]
    assert main([*arguments, "--images", str(films / "again"), "--report", str(tmp_path / "r"), "--strict"]) == 0
    quality = json.loads((tmp_path / "r" / "quality.json").read_text(encoding="utf-8"))
    assert quality["passed"]
    assert quality["reprojection_rms_px"] == quality["reprojection_heldout_rms_px"] < 0.3
    assert "FAILED" not in capsys.readouterr().out


def test_a_check_of_a_rig_ten_percent_too_large_fails_when_strict(
    films: Path, calibrated: Path, tmp_path: Path
) -> None:
    write_rig(tmp_path / "large.toml", scaled(read_rig(calibrated / "rig.toml"), 1.1))
    arguments = ["rig", "check", str(tmp_path / "large.toml"), "--board", str(films / "BOARD.toml")]
    arguments += ["--images", str(films / "again"), "--report", str(tmp_path)]
    assert main(arguments) == 0
    assert main([*arguments, "--strict"]) == 1
    gates = {g["name"]: g for g in json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))["gates"]}
    assert not gates["scale_against_board"]["passed"]
    assert gates["scale_against_board"]["value"] == pytest.approx(0.1, abs=0.01)


def test_lenses_are_taken_over_from_an_earlier_calibration(films: Path, calibrated: Path, tmp_path: Path) -> None:
    arguments = ["rig", "calibrate", "--board", str(films / "BOARD.toml"), "--extrinsics", str(films / "again")]
    arguments += ["--lenses", str(calibrated / "rig.toml"), "--compare", str(calibrated / "rig.toml")]
    assert main([*arguments, "--out", str(tmp_path / "rig.toml"), "--report", str(tmp_path)]) == 0
    apart_m, _ = aligned_errors(read_rig(tmp_path / "rig.toml"), RIG)
    assert apart_m.max() < 0.01
    quality = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert {"name": "lenses_cover_view"}.items() <= quality["gates_not_judged"][0].items()
    assert quality["cameras"]["cam01"]["lens_rms_px"] is None
    assert all(moved["moved_mm"] < 10.0 for moved in quality["comparison"]["cameras"].values())
    assert main([*arguments, "--intrinsics", str(films / "again"), "--out", str(tmp_path / "x"), "--report", "r"]) == 2


def test_time_offsets_need_times(
    films: Path, calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["rig", "check", str(calibrated / "rig.toml"), "--board", str(films / "BOARD.toml"), "--time-offsets"]
    code = main([*arguments, "--images", str(films / "again"), "--report", str(tmp_path / "out")])
    assert "time offsets cannot be found: the frames carry no times" in _refused(code, tmp_path / "out", capsys)
    arguments = ["rig", "calibrate", "--board", str(films / "BOARD.toml"), "--extrinsics", str(films / "again")]
    arguments += ["--intrinsics", str(films / "again"), "--time-offsets", "--out", str(tmp_path / "out" / "r.toml")]
    code = main([*arguments, "--report", str(tmp_path / "out")])
    assert "time offsets need the times of the frames" in _refused(code, tmp_path / "out", capsys)


def test_convert_and_show(calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rig", "convert", str(calibrated / "rig.toml"), str(tmp_path / "f.toml"), "--to", "freemocap"]) == 0
    assert main(["rig", "convert", str(tmp_path / "f.toml"), str(tmp_path / "m.toml")]) == 0
    ours, back = read_rig(calibrated / "rig.toml"), read_rig(tmp_path / "m.toml")
    np.testing.assert_allclose(
        [c.centre_world for c in back.cameras], [c.centre_world for c in ours.cameras], atol=1e-9
    )
    assert main(["rig", "convert", str(tmp_path / "f.toml"), str(tmp_path / "x.toml"), "--from", "aniposelib"]) == 2
    assert "what is the unit?" in capsys.readouterr().err
    assert main(["rig", "show", str(tmp_path / "f.toml")]) == 0
    shown = capsys.readouterr().out
    assert "cam01" in shown
    assert "3 cameras" in shown


def test_a_board_to_print_and_its_description(tmp_path: Path) -> None:
    assert main(["rig", "board", "--out", str(tmp_path / "b.pdf"), "--columns", "6", "--rows", "5"]) == 0
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    assert main(["rig", "board", "--board", str(tmp_path / "b.toml"), "--out", str(tmp_path / "c.pdf")]) == 0
    assert (tmp_path / "b.pdf").read_bytes() == (tmp_path / "c.pdf").read_bytes()


def _calibrate(films: Path, footage: Path, out: Path, board: str = "BOARD.toml") -> int:
    arguments = ["rig", "calibrate", "--board", str(films / board), "--intrinsics", str(footage)]
    return main([*arguments, "--extrinsics", str(footage), "--out", str(out / "rig.toml"), "--report", str(out)])


def _refused(code: int, out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert code == 2
    assert not out.exists() or not any(out.iterdir())
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


def test_no_board_anywhere(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / "blank" / name).mkdir(parents=True)
        for k in range(3):
            cv2.imwrite(str(tmp_path / "blank" / name / f"{k}.png"), np.full((480, 640), 100, np.uint8))
    said = _refused(_calibrate(films, tmp_path / "blank", tmp_path / "out"), tmp_path / "out", capsys)
    assert "no 6x5 ChArUco board of DICT_5X5_100 in 3 frames, and no other board either" in said


def test_the_wrong_board(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (films / "WRONG.toml").write_text(board_toml(Board("checkerboard", 9, 6, 0.03)), encoding="utf-8")
    said = _refused(_calibrate(films, films / "again", tmp_path / "out", "WRONG.toml"), tmp_path / "out", capsys)
    assert "no 9x6 checkerboard in 8 frames; markers of DICT_5X5_1000 are seen" in said


def test_one_frame_and_one_camera(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for camera in RIG.names:
        (tmp_path / "one" / camera).mkdir(parents=True)
        shutil.copy(films / "floor" / camera / "000.png", tmp_path / "one" / camera)
    said = _refused(_calibrate(films, tmp_path / "one", tmp_path / "out"), tmp_path / "out", capsys)
    assert "usable pictures of the board" in said
    shutil.copytree(films / "moved" / "cam01", tmp_path / "lone" / "cam01")
    said = _refused(_calibrate(films, tmp_path / "lone", tmp_path / "out"), tmp_path / "out", capsys)
    assert "holds one camera, cam01; a rig needs the footage of two or more" in said


def test_footage_that_contradicts_itself(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(films / "again", tmp_path / "mixed")
    picture = cv2.imread(str(tmp_path / "mixed" / "cam02" / "003.png"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(tmp_path / "mixed" / "cam02" / "003.png"), np.asarray(picture)[:400])
    said = _refused(_calibrate(films, tmp_path / "mixed", tmp_path / "out"), tmp_path / "out", capsys)
    assert "cam02: frame 3 is 640x400 px after frames of 640x480; keep one resolution" in said
    (tmp_path / "broken").mkdir()
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / "broken" / name).write_bytes(b"\x00" * 500)
    said = _refused(_calibrate(films, tmp_path / "broken", tmp_path / "out"), tmp_path / "out", capsys)
    assert "a.mp4: cannot be decoded" in said


def test_videos_of_different_lengths(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for frames, camera in zip((5, 5, 4), RIG.names, strict=True):
        with av.open(str(tmp_path / f"{camera}.mkv"), "w") as container:
            stream = container.add_stream("ffv1", rate=5)
            stream.width, stream.height, stream.pix_fmt = *SIZE, "gray"
            for k in range(frames):
                gray = cv2.imread(str(films / "again" / camera / f"{k:03d}.png"), cv2.IMREAD_GRAYSCALE)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(gray, np.uint8), format="gray")))
            container.mux(stream.encode(None))
    said = _refused(_calibrate(films, tmp_path, tmp_path / "out"), tmp_path / "out", capsys)
    assert "different frame counts (cam01 5, cam02 5, cam03 4)" in said
    assert "add timestamps.csv (camera,frame,time_s) or cut the footage to the same frames" in said


def test_pictures_of_another_resolution_are_no_check(
    films: Path, calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(films / "again", tmp_path / "cropped")
    for path in (tmp_path / "cropped").rglob("*.png"):
        cv2.imwrite(str(path), np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))[:400])
    arguments = ["rig", "check", str(calibrated / "rig.toml"), "--board", str(films / "BOARD.toml")]
    code = main([*arguments, "--images", str(tmp_path / "cropped"), "--report", str(tmp_path / "out")])
    said = _refused(code, tmp_path / "out", capsys)
    assert "camera 'cam01': calibrated at 640x480 px, pictures are 640x400" in said


def test_a_board_described_too_large_is_said(
    films: Path, calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row more leaves the markers of the others as they are: the rig is right, the description is not."""
    (films / "TALL.toml").write_text(board_toml(replace(BOARD, rows=6)), encoding="utf-8")
    assert _calibrate(films, films / "moved", tmp_path, "TALL.toml") == 0
    said = capsys.readouterr().out
    assert "5 of the board's 25 corners were never seen by two cameras at once" in said
    apart_m, _ = aligned_errors(read_rig(tmp_path / "rig.toml"), read_rig(calibrated / "rig.toml"))
    assert apart_m.max() < 1e-4
