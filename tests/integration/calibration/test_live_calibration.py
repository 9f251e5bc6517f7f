"""A guided calibration with real node processes: the board carried about and laid down at the end."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from calibration.board_file import board_toml
from calibration.formats.aniposelib import read_rig
from capture.clock_service import ClockService
from capture.intake import Intake
from capture.messages import KeypointsMessage, StreamEnd
from geometry import se3
from tests.integration.calibration.board_node_script import BOARD, RIG
from tests.support.virtual_boards import aligned_errors, render, seen
from valgus.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("board_node_script.py")
CARRIED_S = 14.0


@pytest.fixture(scope="module")
def addresses() -> tuple[str, str]:
    """Where the hub takes messages and tells the time."""
    return _free_address(), _free_address()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, addresses: tuple[str, str]) -> Path:
    """Folder with GUIDE.toml and BOARD.toml."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "BOARD.toml").write_text(board_toml(BOARD), encoding="utf-8")
    hub = '[hub]\nmessages = "{}"\nclock = "{}"\n'.format(*addresses)
    enough = "[enough]\nviews = 25\ncoverage = 0.3\nshared = 15\n"
    (folder / "GUIDE.toml").write_text(
        f"cameras = {json.dumps(RIG.names)}\nlongest_s = 90.0\n{enough}{hub}", encoding="utf-8"
    )
    return folder


def _free_address() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{one.getsockname()[1]}"


def _calibrate(lab: Path, out: Path) -> int:
    arguments = ["rig", "calibrate", "--live", str(lab / "GUIDE.toml"), "--board", str(lab / "BOARD.toml")]
    return main([*arguments, "--out", str(out / "rig.toml"), "--report", str(out)])


def test_running_nodes_are_calibrated_with_guidance(
    lab: Path, addresses: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, str(SCRIPT), *addresses, str(CARRIED_S)]
    node = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    try:
        assert _calibrate(lab, tmp_path) == 0
    finally:
        node.kill()
        node.wait()
    said = capsys.readouterr().out
    assert "start `valgus rig node` at each computer" in said
    assert "no picture comes from cam01: is its node running?" in said
    assert "now lay the board on the floor" in said
    assert "world board on the floor" in said
    found = read_rig(tmp_path / "rig.toml")
    assert found.names == RIG.names
    apart_m, turned_rad = aligned_errors(found, RIG)
    assert apart_m.max() < 0.02
    assert np.rad2deg(turned_rad).max() < 0.5
    heights = [camera.centre_world[2] for camera in found.cameras]
    np.testing.assert_allclose(heights, [camera.centre_world[2] for camera in RIG.cameras], atol=0.03)
    quality = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert quality["reprojection_rms_px"] < 0.5
    assert quality["clocks"] is not None


def test_a_node_sends_the_corners_of_the_board_that_its_cameras_see(lab: Path, tmp_path: Path) -> None:
    camera, lying = RIG.cameras[0], se3.compose(np.diag([1.0, -1.0, -1.0]), np.array([-0.4, 0.3, 0.8]))
    picture = render(camera, BOARD, lying, np.random.default_rng(0))
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = *camera.size, "gray"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode(None))
    messages = list[KeypointsMessage]()
    intake, clock = Intake("tcp://127.0.0.1:0"), ClockService("tcp://127.0.0.1:0")
    hub = f'[hub]\nmessages = "{intake.address}"\nclock = "{clock.address}"\n'
    table = '[[cameras]]\nkind = "video"\nname = "cam01"\npath = "a.mkv"\n'
    (tmp_path / "NODE.toml").write_text(f'name = "desk"\n{table}{hub}', encoding="utf-8")
    command = [sys.executable, "-m", "valgus", "rig", "node", str(tmp_path / "NODE.toml")]
    node = subprocess.Popen([*command, "--board", str(lab / "BOARD.toml")], cwd=ROOT)
    try:
        while not isinstance(message := intake.receive(60.0), StreamEnd):
            assert message is not None
            messages += [message] if isinstance(message, KeypointsMessage) else []
        assert node.wait(20) == 0
    finally:
        node.kill()
        intake.close()
        clock.close()
    assert messages
    exact = seen(RIG, 0, BOARD, lying)
    for sent in (message.keypoints for message in messages):
        assert (sent.keypoint_set, sent.image_size) == (f"board_{len(BOARD.points)}", camera.size)
        np.testing.assert_array_equal(np.flatnonzero(sent.confidence[0]), exact.ids)
        assert np.sqrt(((sent.uv[0, exact.ids] - exact.uv) ** 2).sum(axis=1).mean()) < 0.15


def test_a_camera_that_never_came_is_named(lab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (lab / "GUIDE.toml").read_text(encoding="utf-8")
    (lab / "SHORT.toml").write_text(text.replace("longest_s = 90.0", "longest_s = 0.5"), encoding="utf-8")
    arguments = ["rig", "calibrate", "--live", str(lab / "SHORT.toml"), "--board", str(lab / "BOARD.toml")]
    assert main([*arguments, "--out", str(tmp_path / "rig.toml"), "--report", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "nothing came from camera cam01, cam02, cam03; start `valgus rig node`" in said
    assert not (tmp_path / "rig.toml").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('cameras = ["a", "a"]', "two are called 'a'"),
        ('cameras = ["a"]', "cameras: Expected `array` of length >= 2"),
        ('cameras = ["a", "b"]\nfps = 3', "unknown field `fps`"),
        ('cameras = ["a", "b"]\n[enough]\ncoverage = 3.0', "coverage"),
        ('cameras = ["a", "b"]\n[hub]\nown_key = "k"', "own_key and node_keys belong together"),
    ],
)
def test_a_guide_that_cannot_be_used_is_one_line(
    lab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "G.toml").write_text(text, encoding="utf-8")
    arguments = ["rig", "calibrate", "--live", str(tmp_path / "G.toml"), "--board", str(lab / "BOARD.toml")]
    assert main([*arguments, "--out", str(tmp_path / "rig.toml"), "--report", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert message in said


def test_live_and_footage_exclude_each_other(lab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "rig.toml"), "--report", str(tmp_path), "--board", str(lab / "BOARD.toml")]
    assert main(["rig", "calibrate", *out]) == 2
    assert "give --intrinsics (or --lenses) and --extrinsics, or --live" in capsys.readouterr().err
    assert main(["rig", "calibrate", *out, "--live", str(lab / "GUIDE.toml"), "--intrinsics", str(lab)]) == 2
    assert "--live takes the place of" in capsys.readouterr().err
