"""Real node processes, real sockets."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from capture.clock_service import ClockService
from capture.intake import Intake, NodeMessage
from capture.messages import Heartbeat, KeypointsMessage, StreamEnd

ANYWHERE = "tcp://127.0.0.1:0"
SCRIPT = Path(__file__).with_name("node_script.py")
ROOT = Path(__file__).resolve().parents[3]


class Hub:
    """The receiving end, and the nodes that were started for it."""

    def __init__(self) -> None:
        self.intake, self.clock = Intake(ANYWHERE), ClockService(ANYWHERE)
        self._nodes: list[subprocess.Popen[str]] = []

    def start(
        self, name: str, start_ns: int, frames: int, fps: float = 60, ahead_ns: int = 0, drift_ppm: float = 0
    ) -> subprocess.Popen[str]:
        numbers = (start_ns, fps, frames, ahead_ns, drift_ppm)
        command = [sys.executable, str(SCRIPT), name, self.intake.address, self.clock.address, *map(str, numbers)]
        node = subprocess.Popen(command, cwd=ROOT, text=True, env={"PYTHONPATH": str(ROOT)})
        self._nodes.append(node)
        return node

    def receive_until(self, deadline_s: float) -> Iterator[NodeMessage]:
        while time.monotonic() < deadline_s:
            message = self.intake.receive(0.02)
            if message is not None:
                yield message

    def close(self) -> None:
        for node in self._nodes:
            node.kill()
            node.wait()
        self.intake.close()
        self.clock.close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    opened = Hub()
    yield opened
    opened.close()


def soon_ns(seconds: float) -> int:
    return time.monotonic_ns() + round(seconds * 1e9)


def test_nodes_with_wrong_clocks_agree_on_the_time_and_lose_nothing(hub: Hub) -> None:
    start_ns, frames, fps = soon_ns(3.0), 240, 60.0
    clocks = {"left": (50_000_000, 100.0), "right": (-3_000_000_000, -80.0)}
    for name, (ahead_ns, drift_ppm) in clocks.items():
        hub.start(name, start_ns, frames, fps, ahead_ns, drift_ppm)
    seen: dict[str, list[KeypointsMessage]] = {name: [] for name in clocks}
    ends: list[StreamEnd] = []
    beats: list[Heartbeat] = []
    for message in hub.receive_until(time.monotonic() + 20):
        if isinstance(message, KeypointsMessage):
            seen[message.node].append(message)
        elif isinstance(message, StreamEnd):
            ends.append(message)
        elif isinstance(message, Heartbeat):
            beats.append(message)
        if len(ends) == 2:
            break
    assert sorted((end.node, end.camera, end.messages) for end in ends) == [
        ("left", "cam-left", frames),
        ("right", "cam-right", frames),
    ]
    for messages in seen.values():
        assert [m.sequence for m in messages] == list(range(frames))
        assert [m.keypoints.frame_index for m in messages] == list(range(frames))
        exposed_ns = start_ns + np.round(np.arange(frames) / fps * 1e9)
        errors_ms = (np.array([m.keypoints.time_ns for m in messages]) - exposed_ns) / 1e6
        sds_ms = np.array([m.keypoints.time_sd_ns for m in messages]) / 1e6
        assert np.abs(errors_ms).max() < 1.0
        assert np.median(np.abs(errors_ms)) < 0.2
        assert (np.abs(errors_ms) < 4 * sds_ms).mean() > 0.95
    last = {beat.node: beat for beat in beats}
    for name, (ahead_ns, drift_ppm) in clocks.items():
        clock = last[name].clock
        assert clock is not None
        assert abs(clock.offset_ns + ahead_ns) < 2_000_000
        assert abs(clock.drift_ppm + drift_ppm) < 60
        (camera,) = last[name].cameras
        assert camera.dropped == 0
        assert camera.fps == pytest.approx(fps, rel=0.02)


def test_a_node_that_dies_falls_silent_and_is_heard_again(hub: Hub) -> None:
    node = hub.start("n", soon_ns(0), 100_000)
    arrivals: list[float] = []
    for message in hub.receive_until(time.monotonic() + 15):
        if isinstance(message, Heartbeat):
            arrivals.append(time.monotonic())
        if len(arrivals) > 10:
            break
    assert np.max(np.diff(arrivals[1:])) < 0.6
    node.kill()
    node.wait()
    died_s = time.monotonic()
    late = [time.monotonic() for _ in hub.receive_until(died_s + 1.0)]
    assert all(arrived - died_s < 0.5 for arrived in late)
    hub.start("n", soon_ns(0), 100_000)
    for message in hub.receive_until(time.monotonic() + 15):
        if isinstance(message, KeypointsMessage):
            assert abs(message.keypoints.time_ns - time.monotonic_ns()) < 5e9
            return
    raise AssertionError("the node did not come back")
