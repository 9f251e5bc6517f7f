"""Commands become events and recordings; a recording is a trial that can be processed."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pylsl
import pytest

from calibration.formats.aniposelib import read_rig
from capture.errors import CaptureError
from capture.keypoint_files.tag_trial import read_tags
from capture.keypoint_files.tags import read_tag_plates, usual_plates
from capture.keypoint_files.trial import read_keypoint_trial
from capture.messages import KeypointsMessage, TagsMessage
from capture.types import Keypoints2D, Tags2D
from stream.commands.command import Command
from stream.errors import StreamError
from stream.files.analog import read_analog
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


def test_tags_and_their_description_are_recorded(tmp_path: Path, told: list[str]) -> None:
    plates = usual_plates(0.08)
    desk = Desk(ring(2), tmp_path, told.append, plates=plates)
    desk(Command("start", time_ns=0))
    corners = np.arange(8, dtype=np.float32).reshape(1, 4, 2)
    for frame in range(20):
        seen = Tags2D("cam01", frame, frame * FRAME_NS, 0, (1280, 720), plates.dictionary, (3,), corners + frame)
        desk.keep(TagsMessage("left", frame, seen))
        desk.keep(message("cam01", frame))
        desk.keep(message("cam02", frame))
    assert desk(Command("stop", time_ns=25 * FRAME_NS)).endswith(": 40 views")
    (folder,) = tmp_path.iterdir()
    assert read_tag_plates(folder / "tags.toml") == plates
    tags = read_tags(folder, plates, ("cam01", "cam02"), 20)
    assert tags is not None
    np.testing.assert_array_equal(tags.corners[0, 1:, 3], corners + np.arange(1, 20)[:, None, None])
    assert np.isnan(tags.corners[1]).all()


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


@pytest.fixture
def plate() -> Iterator[str]:
    """An outlet of one channel at 200 Hz that knows nothing of us, running until the test ends."""
    name = f"plate{time.monotonic_ns()}"
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "Force", 1, 200.0, pylsl.cf_float32, name))
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(0.005):
            outlet.push_sample([time.monotonic()])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield name
    ending.set()
    thread.join()


def test_a_force_plate_is_recorded_beside_the_views_on_their_time(plate: str, tmp_path: Path, told: list[str]) -> None:
    desk = Desk(ring(2), tmp_path, told.append, signals=plate)
    desk(Command("start", "jump"))
    first_ns = time.monotonic_ns()
    for frame in range(10):
        view = message("cam01", frame).keypoints
        desk.keep(KeypointsMessage("left", frame, replace(view, time_ns=first_ns + frame * FRAME_NS)))
    time.sleep(0.5)
    desk(Command("stop"))
    (folder,) = tmp_path.iterdir()
    analog = read_analog(folder / "analog.parquet")
    assert analog is not None
    assert len(analog.time_s) > 20
    clock_s = analog.values[:, 0] - first_ns * 1e-9
    assert np.abs(analog.time_s - clock_s).max() < 0.005


def test_a_force_plate_that_is_not_there_is_said_before_anything_is_recorded(tmp_path: Path, told: list[str]) -> None:
    desk = Desk(ring(2), tmp_path, told.append, signals="no such plate")
    with pytest.raises(StreamError, match="'no such plate' of numbers is not there"):
        desk(Command("start", "jump"))
    assert list(tmp_path.iterdir()) == []
