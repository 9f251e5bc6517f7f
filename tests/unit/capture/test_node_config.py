import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from capture.camera_tables import NetworkCameraTable, UsbCameraTable, VideoCameraTable
from capture.errors import CaptureError
from capture.node_config import read_node_config

MakeVideo = Callable[..., Path]
CONFIG = """
name = "left"
pace = "lock-step"
[hub]
messages = "tcp://127.0.0.1:6000"
[detector]
name = "blazepose-lite"
threads = 2
[[cameras]]
kind = "video"
name = "cam01"
path = "clips/cam01.mp4"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "node.toml"
    path.write_text(text)
    return path


def test_a_configuration_is_read_with_paths_beside_it(tmp_path: Path) -> None:
    config = read_node_config(write(tmp_path, CONFIG))
    assert (config.name, config.pace) == ("left", "lock-step")
    assert (config.hub.messages, config.hub.clock) == ("tcp://127.0.0.1:6000", "tcp://127.0.0.1:5751")
    assert (config.detector.name, config.detector.threads) == ("blazepose-lite", 2)
    assert config.cameras == [VideoCameraTable("cam01", str(tmp_path / "clips/cam01.mp4"))]


def test_every_kind_of_camera_has_a_table_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    usb = '[[cameras]]\nkind = "usb"\nname = "a"\ndevice = "046d:0825:X"\nfps = 30\nexposure_ms = 4\ngain = 10\n'
    phone = '[[cameras]]\nkind = "network"\nname = "b"\nurl = "http://phone:8080/video"\n'
    path.write_text(f'name = "left"\ntags = "tags.toml"\n{usb}{phone}')
    config = read_node_config(path)
    assert config.cameras == [
        UsbCameraTable("a", "046d:0825:X", fps=30, exposure_ms=4, gain=10),
        NetworkCameraTable("b", "http://phone:8080/video"),
    ]
    assert config.tags == str(tmp_path / "tags.toml")
    for wrong, message in (
        ("white_balance_k = 1.5", "white_balance_k: Expected `int"),
        ("exposure = 4", "unknown field `exposure`; keys here: kind, name, device, width"),
        ('pixel_format = "RGB"', "pixel_format: Invalid enum value 'RGB'; choices: MJPG, YUYV"),
    ):
        path.write_text(f'name = "left"\n{usb}{wrong}\n')
        with pytest.raises(CaptureError, match=message):
            read_node_config(path)
    path.write_text(f'name = "left"\n{usb}' + usb.replace('"a"', '"c"'))
    with pytest.raises(CaptureError, match="cameras: 'a' and 'c' are both device '046d:0825:X'; correct one"):
        read_node_config(path)
    path.write_text(f'name = "left"\npace = "lock-step"\n{usb}')
    with pytest.raises(CaptureError, match="'a' is live, and lock-step is for recordings"):
        read_node_config(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threads = 2", "thread = 2", "detector: .*unknown field `thread`; keys here: name, threads"),
        ("threads = 2", "threads = 0", "detector.threads: .*>= 1"),
        ("threads = 2", 'threads = "two"', "detector.threads: Expected `int`, got `str`; keys here: name, threads"),
        ('pace = "lock-step"', 'pace = "slow"', "pace: Invalid enum value 'slow'; choices: live, lock-step"),
        ('path = "clips', 'file = "clips', r"cameras.*`(file|path)`; keys here: kind, name, path$"),
        ('kind = "video"', 'kind = "film"', "kind: Invalid value 'film'; choices for kind: video, usb, network$"),
        ('kind = "video"\n', "", "missing required field `kind`; choices for kind: video, usb, network$"),
        ("[hub]", "[hub", "is not TOML"),
        (
            "[[cameras]]",
            '[[cameras]]\nkind = "video"\nname = "cam01"\npath = "x"\n[[cameras]]',
            "two are called 'cam01'",
        ),
    ],
)
def test_what_does_not_fit_is_one_line_with_key_and_choices(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CaptureError, match=message) as refusal:
        read_node_config(write(tmp_path, CONFIG.replace(old, new)))
    assert str(refusal.value).startswith(str(tmp_path / "node.toml"))
    assert "\n" not in str(refusal.value)


def test_no_cameras_and_no_file_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cameras"):
        read_node_config(write(tmp_path, 'name = "n"\ncameras = []\n'))
    with pytest.raises(CaptureError, match="cannot be read"):
        read_node_config(tmp_path / "absent.toml")


def test_the_command_ends_with_one_line_where_a_video_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "valgus", "node", str(write(tmp_path, CONFIG))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("valgus: ")
    assert "cam01.mp4: cannot be read as a video" in done.stderr
    assert done.stderr.count("\n") == 1
