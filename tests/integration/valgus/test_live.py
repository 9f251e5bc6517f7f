"""`valgus live` on running node processes, watched and commanded by programs that know nothing of it."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pylsl
import pytest
import zmq
from websockets.sync.client import connect

from calibration.formats.aniposelib import write_rig
from tests.support.live_session import LiveSession, free_ports, start_live
from valgus.demo.script import Script
from valgus.virtual_lab.files import write_keypoints

SCRIPT = Script(seed=3, cameras=3, seconds=60.0)


class Session(LiveSession):
    """Of one person, with streams and recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zmq, self.websocket = free_ports(2)
        lab = SCRIPT.lab()
        write_keypoints(folder / "static", lab.record_standing(30.0))
        settings = f"""
            subject = {{static = "static"}}
            recording = {{folder = "recordings"}}
            streams = [
                {{kind = "lsl", name = "livetest"}},
                {{kind = "zmq", address = "tcp://127.0.0.1:{self.zmq}"}},
                {{kind = "websocket", port = {self.websocket}}},
            ]
            """
        super().__init__(folder, lab.rig, SCRIPT.parts(), settings)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = Session(tmp_path)
    yield opened
    opened.close()


def next_frame(stream: zmq.Socket[bytes]) -> dict[str, Any]:
    while True:
        assert stream.poll(10_000)
        packet = json.loads(stream.recv())
        if packet["type"] == "frame":
            return packet


def frame_with(stream: zmq.Socket[bytes], views: int) -> None:
    deadline_s = time.monotonic() + 20.0
    while next_frame(stream)["views"] != views:
        assert time.monotonic() < deadline_s


def test_a_session_from_the_first_frame_to_the_last(session: Session) -> None:
    session.wait_for("ready")
    start_ns = time.monotonic_ns() + 3_000_000_000
    for camera in session.parts:
        session.start_node(camera, start_ns)
    with zmq.Context.instance().socket(zmq.SUB) as stream:
        stream.connect(f"tcp://127.0.0.1:{session.zmq}")
        stream.subscribe(b"")
        frame_with(stream, views=3)

        (found,) = pylsl.resolve_byprop("name", "livetest angles", timeout=10.0)
        sample, stamp = pylsl.StreamInlet(found).pull_sample(timeout=10.0)
        assert sample is not None
        assert stamp is not None
        assert np.isfinite(sample[0])
        assert abs(pylsl.local_clock() - stamp) < 5.0
        with connect(f"ws://127.0.0.1:{session.websocket}") as page:
            assert json.loads(page.recv(10.0))["views"] == 3

        markers = pylsl.StreamInlet(pylsl.resolve_byprop("name", "livetest markers", timeout=10.0)[0])
        markers.open_stream(timeout=10.0)
        assert session.command(command="stop") == {
            "ok": False,
            "said": "refused: stop: nothing is being recorded; start a recording first",
        }
        assert session.command(command="start", text="squat 1")["ok"]
        assert not session.command(command="start", text="squat 2")["ok"]
        assert markers.pull_sample(timeout=10.0)[0] == ["start squat 1"]

        killed_s = time.monotonic()
        session.nodes["cam02"].kill()
        silent_s, _ = session.wait_for("node 'node-cam02' (cam02) is silent")
        assert silent_s - killed_s < 1.0
        frame_with(stream, views=2)
        assert session.command(command="mark", text="without cam02")["ok"]
        session.type("mark typed")
        session.wait_for("marked typed")
        session.type("launch")
        session.wait_for("command 'launch' is unknown; choose one of start, stop, mark, subject")
        session.start_node("cam02", start_ns)
        session.wait_for("node 'node-cam02' is back")
        frame_with(stream, views=3)
        frame = next_frame(stream)
    assert frame["angles"]["knee_flexion_r"]["se_deg"] < 10.0
    assert session.command(command="stop")["ok"]
    assert session.end() == 0
    said = [line for _, line in session.lines]
    assert any(line.endswith("estimates") for line in said)
    assert not any("Traceback" in line for line in said)
    check_recording(session.folder)


def check_recording(folder: Path) -> None:
    (recorded,) = (folder / "recordings").iterdir()
    assert recorded.name.endswith("-squat-1")
    with (recorded / "events.csv").open() as file:
        events = list(csv.DictReader(file))
    assert [event["label"] for event in events] == ["mark without cam02", "mark typed"]
    assert all(0.0 < float(event["time"]) < 30.0 for event in events)
    out = folder / "processed"
    command = ["process", "--rig", recorded / "rig.toml", "--keypoints", recorded, "--static", folder / "static"]
    done = subprocess.run(
        [sys.executable, "-m", "valgus", *map(str, command), "--out", str(out)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "summary.json").read_text())["cameras"] == 3
    assert (out / "events.csv").read_bytes() == (recorded / "events.csv").read_bytes()


def test_what_cannot_be_a_session(tmp_path: Path) -> None:
    lab = SCRIPT.lab()
    write_rig(tmp_path / "rig.toml", lab.rig)
    config = tmp_path / "live.toml"
    for text, complaint in (
        ('rig = "other.toml"', "valgus: {}/other.toml: "),
        ('rig = "rig.toml"\nkeypoints = "halpe_26"', "valgus: {}/live.toml: Object contains unknown field `keypoints`"),
        ('rig = "rig.toml"\nhub = {own_key = "hub.key"}', "valgus: {}/live.toml: hub: own_key and node_keys"),
        ('rig = "rig.toml"\nsubject = {static = "none"}', "valgus: {}/none: no such folder"),
    ):
        config.write_text(text)
        process = start_live(config)
        said = process.communicate(timeout=60.0)[0]
        assert (process.returncode, said.count("\n")) == (2, 1), said
        assert said.startswith(complaint.format(tmp_path))
