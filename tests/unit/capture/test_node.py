"""A node's threads against a real hub end, in one process."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from capture.camera_worker import Station
from capture.cameras.video_file import VideoFile
from capture.clock_service import ClockService
from capture.errors import CaptureError
from capture.intake import Intake, NodeMessage
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.messages import Heartbeat, KeypointsMessage, StreamEnd
from capture.node import HubAddresses, run_live_node, run_lock_step_node
from capture.types import Frame, Keypoints2D

ANYWHERE = "tcp://127.0.0.1:0"
MakeVideo = Callable[..., Path]
PICTURE = np.zeros((4, 4, 3), np.uint8)


class Metronome:
    """Frames every `interval_s`; fails before frame `fails_at`."""

    def __init__(self, name: str, frames: int, interval_s: float, fails_at: int = -1) -> None:
        self.name = name
        self._frames, self._interval_s, self._fails_at = frames, interval_s, fails_at
        self._index = 0

    def read(self) -> Frame | None:
        if self._index == self._fails_at:
            raise CaptureError(f"camera {self.name} was unplugged")
        if self._index == self._frames:
            return None
        time.sleep(self._interval_s)
        self._index += 1
        return Frame(self.name, self._index - 1, time.monotonic_ns(), 0, PICTURE)

    def close(self) -> None:
        pass


class Detector:
    """Takes `slow_s`, and `hiccup_s` more at frame 20; puts every point at the frame's index."""

    keypoint_set: KeypointSet = keypoint_set("coco_17")

    def __init__(self, slow_s: float = 0.0, hiccup_s: float = 0.0) -> None:
        self._slow_s, self._hiccup_s = slow_s, hiccup_s

    def detect(self, frame: Frame) -> Keypoints2D:
        time.sleep(self._slow_s + (self._hiccup_s if frame.index == 20 else 0.0))
        uv = np.full((1, 17, 2), frame.index, np.float32)
        confidence = np.ones((1, 17), np.float32)
        return Keypoints2D(frame.camera, frame.index, frame.time_ns, 0, "coco_17", (4, 4), uv, confidence)


@dataclass
class Received:
    """Everything the hub got, with the time of arrival of keypoints."""

    keypoints: list[KeypointsMessage] = field(default_factory=list[KeypointsMessage])
    arrivals_ns: list[int] = field(default_factory=list[int])
    ends: list[StreamEnd] = field(default_factory=list[StreamEnd])
    beats: list[Heartbeat] = field(default_factory=list[Heartbeat])

    def take(self, message: NodeMessage) -> None:
        if isinstance(message, KeypointsMessage):
            self.keypoints.append(message)
            self.arrivals_ns.append(time.monotonic_ns())
        elif isinstance(message, StreamEnd):
            self.ends.append(message)
        elif isinstance(message, Heartbeat):
            self.beats.append(message)

    def indices(self, camera: str) -> list[int]:
        return [m.keypoints.frame_index for m in self.keypoints if m.keypoints.camera == camera]


class Hub:
    def __init__(self) -> None:
        self.intake, self.clock = Intake(ANYWHERE, clock=None), ClockService(ANYWHERE)
        self.addresses = HubAddresses(self.intake.address, self.clock.address)
        self.received = Received()

    def watch(self, node: Callable[[], None], pause_s: float = 0.0) -> BaseException | None:
        """Run a node in a thread and receive until it has ended; returns what it raised."""
        raised: list[BaseException] = []

        def run() -> None:
            try:
                node()
            except CaptureError as error:
                raised.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            self._receive(0.05)
            time.sleep(pause_s)
        thread.join()
        while self._receive(0.3):
            pass
        return raised[0] if raised else None

    def _receive(self, timeout_s: float) -> bool:
        message = self.intake.receive(timeout_s)
        if message is not None:
            self.received.take(message)
        return message is not None

    def close(self) -> None:
        self.intake.close()
        self.clock.close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    opened = Hub()
    yield opened
    opened.close()


def test_lock_step_loses_nothing_however_slow_the_hub(hub: Hub, make_video: MakeVideo) -> None:
    frames = 150
    times_ms = tuple(range(0, 20 * frames, 20))
    videos = {name: make_video(f"{name}.mp4", times_ms=times_ms) for name in ("a", "b")}
    stations = [Station(VideoFile(path, name), Detector()) for name, path in videos.items()]
    stop = threading.Event()
    assert hub.watch(lambda: run_lock_step_node("n", hub.addresses, stations, stop), pause_s=0.003) is None
    for name in videos:
        assert hub.received.indices(name) == list(range(frames))
        times = [m.keypoints.time_ns / 1e6 for m in hub.received.keypoints if m.keypoints.camera == name]
        np.testing.assert_allclose(times, times_ms, atol=0.5)
    assert sorted((end.camera, end.messages) for end in hub.received.ends) == [("a", frames), ("b", frames)]
    assert {status.state for status in hub.received.beats[-1].cameras} == {"ended"}


def test_a_slow_detector_gets_the_newest_frame_and_losses_are_counted(hub: Hub) -> None:
    station = Station(Metronome("a", 150, 0.01), Detector(slow_s=0.04))
    assert hub.watch(lambda: run_live_node("n", hub.addresses, [station], threading.Event())) is None
    indices = hub.received.indices("a")
    (status,) = hub.received.beats[-1].cameras
    assert indices == sorted(set(indices))
    assert len(indices) < 75
    assert (status.frames, status.frames - status.dropped) == (150, len(indices))
    assert [m.sequence for m in hub.received.keypoints] == list(range(len(indices)))
    ages_ms = [
        (arrived - m.keypoints.time_ns) / 1e6
        for arrived, m in zip(hub.received.arrivals_ns, hub.received.keypoints, strict=True)
    ]
    assert np.median(ages_ms[10:]) < 40 + 40
    assert status.detection_ms > 39


def test_a_quick_detector_works_through_a_hiccup(hub: Hub) -> None:
    station = Station(Metronome("a", 60, 0.02), Detector(hiccup_s=0.07))
    assert hub.watch(lambda: run_live_node("n", hub.addresses, [station], threading.Event())) is None
    assert hub.received.indices("a") == list(range(60))
    assert hub.received.beats[-1].cameras[0].dropped == 0


def test_one_camera_fails_and_the_other_goes_on(hub: Hub) -> None:
    stations = [
        Station(Metronome("a", 60, 0.01, fails_at=5), Detector()),
        Station(Metronome("b", 60, 0.01), Detector()),
    ]
    error = hub.watch(lambda: run_live_node("n", hub.addresses, stations, threading.Event()))
    assert str(error) == "camera a was unplugged"
    assert hub.received.indices("b")[-1] == 59
    assert [status.state for status in hub.received.beats[-1].cameras] == ["lost", "ended"]
    assert [end.camera for end in hub.received.ends] == ["b"]


def test_an_unplugged_camera_is_opened_again_and_the_other_never_waits(hub: Hub) -> None:
    opened: list[float] = []

    def reopen() -> Metronome:
        opened.append(time.monotonic())
        if len(opened) < 3:
            raise CaptureError("camera a is not there")
        return Metronome("a", 30, 0.01)

    stations = [
        Station(Metronome("a", 60, 0.01, fails_at=5), Detector(), reopen=reopen),
        Station(Metronome("b", 120, 0.01), Detector()),
    ]
    assert hub.watch(lambda: run_live_node("n", hub.addresses, stations, threading.Event())) is None
    assert hub.received.indices("a") == [*range(5), *range(30)]
    assert hub.received.indices("b") == list(range(120))
    states = [(beat.cameras[0].state, beat.cameras[0].notice) for beat in hub.received.beats]
    assert ("lost", "camera a is not there") in states
    assert states[-1] == ("ended", "")
    assert np.all(np.diff(opened) < 0.6)
    assert np.all(np.diff(opened) > 0.15)


def test_a_camera_that_never_comes_back_does_not_hold_up_the_end() -> None:
    def reopen() -> Metronome:
        raise CaptureError("camera a is not there")

    with ClockService(ANYWHERE) as clock:
        intake = Intake(ANYWHERE)
        stop = threading.Event()
        station = Station(Metronome("a", 60, 0.01, fails_at=2), Detector(), reopen=reopen)
        addresses = HubAddresses(intake.address, clock.address)
        node = threading.Thread(target=run_live_node, args=("n", addresses, [station], stop))
        node.start()
        deadline = time.monotonic() + 5
        lost = False
        while not lost and time.monotonic() < deadline:
            message = intake.receive(0.05)
            lost = isinstance(message, Heartbeat) and message.cameras[0].state == "lost"
        assert lost
        stop.set()
        node.join(3)
        assert not node.is_alive()
        intake.close()


def test_a_stop_sign_is_obeyed_even_without_a_hub() -> None:
    stop = threading.Event()
    nowhere = HubAddresses("tcp://127.0.0.1:9", "tcp://127.0.0.1:9")
    station = Station(Metronome("a", 10**6, 0.01), Detector())
    node = threading.Thread(target=run_live_node, args=("n", nowhere, [station], stop))
    node.start()
    time.sleep(0.3)
    stop.set()
    node.join(5)
    assert not node.is_alive()
