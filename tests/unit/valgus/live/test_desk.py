"""Commands become events and recordings; a recording is a trial that can be processed."""

from pathlib import Path

import numpy as np
import pytest

from calibration.formats.aniposelib import read_rig
from capture.errors import CaptureError
from capture.keypoint_files.trial import read_keypoint_trial
from capture.messages import KeypointsMessage
from capture.types import Keypoints2D
from stream.commands.command import Command
from stream.files.events import read_events
from tests.rigs import ring
from valgus.errors import ValgusError
from valgus.live.desk import Desk

FRAME_NS = 10_000_000


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def desk(tmp_path: Path, told: list[str]) -> Desk:
    return Desk(ring(2), tmp_path, told.append)


def message(camera: str, frame: int) -> KeypointsMessage:
    uv = np.full((1, 17, 2), frame, np.float32)
    view = Keypoints2D(camera, frame, frame * FRAME_NS, 0, "coco_17", (1280, 720), uv, np.ones((1, 17), np.float32))
    return KeypointsMessage("left", frame, view)


def test_only_what_comes_between_start_and_stop_is_recorded(desk: Desk, tmp_path: Path) -> None:
    desk.keep(message("cam01", 0))
    desk(Command("start", "jump / 1", time_ns=5 * FRAME_NS))
    for frame in range(5, 25):
        desk.keep(message("cam01", frame))
        desk.keep(message("cam02", frame))
    desk(Command("mark", "left knee", time_ns=15 * FRAME_NS))
    said = desk(Command("stop", time_ns=25 * FRAME_NS))
    desk.keep(message("cam01", 25))
    desk(Command("mark", "afterwards", time_ns=26 * FRAME_NS))
    (folder,) = tmp_path.iterdir()
    assert said == f"recorded {folder}: 40 views"
    assert folder.name.endswith("-jump-1")
    trial = read_keypoint_trial(folder, None, None)
    assert trial.cameras == ("cam01", "cam02")
    np.testing.assert_array_equal(trial.uv[0, :, 0, 0, 0], np.arange(5, 25))
    assert read_rig(folder / "rig.toml").names == trial.cameras
    (event,) = read_events(folder / "events.csv")
    assert (event.label, event.time_s) == ("mark left knee", pytest.approx(0.1))


def test_commands_are_events_for_everybody(desk: Desk) -> None:
    assert list(desk.events()) == []
    desk(Command("mark", "here", time_ns=7))
    (event,) = desk.events()
    assert (event.label, event.text, event.time_ns) == ("mark", "here", 7)
    assert list(desk.events()) == []


def test_one_recording_at_a_time(desk: Desk, told: list[str]) -> None:
    with pytest.raises(ValgusError, match="nothing is being recorded"):
        desk(Command("stop"))
    desk(Command("start", "one"))
    with pytest.raises(ValgusError, match="is being recorded; stop it first"):
        desk(Command("start", "two"))
    assert [event.label for event in desk.events()] == ["start"], "what was refused is no event"
    desk.close()
    assert told[-1].endswith("-one: 0 views")


def test_a_session_without_recordings_marks_all_the_same(told: list[str]) -> None:
    desk = Desk(ring(2), None, told.append)
    with pytest.raises(ValgusError, match=r"nothing is recorded here; name a folder under \[recording\]"):
        desk(Command("start"))
    assert desk(Command("mark", "x")) == "marked x"


def test_a_place_that_cannot_be_written(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaptureError, match="cannot be made for the recording"):
        Desk(ring(2), tmp_path / "file", told.append)(Command("start"))


def test_a_recording_that_cannot_go_on_says_so_and_delays_nobody(desk: Desk, tmp_path: Path, told: list[str]) -> None:
    desk(Command("start"))
    (folder,) = tmp_path.iterdir()
    (folder / "cam01.keypoints").write_text("in the way")
    for frame in range(5):
        desk.keep(message("cam01", frame))
    assert desk(Command("stop")).endswith("0 views, 4 lost")
    assert any(line.startswith("the recording ends: ") for line in told)
