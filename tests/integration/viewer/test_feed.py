"""The live feed over real sockets: always the newest frame, and never a sender that waits."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capture.transport import Broadcast
from reconstruct.types import LiveFrame
from reconstruct.wire import encode_live_frame
from viewer.errors import ViewerError
from viewer.feed import STALE_AFTER_S, LiveFeed
from viewer.newest import NewestMessages

RATE_HZ = 500
PICTURES = 6
SLOW_SCREEN = Path(__file__).with_name("slow_screen.py")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hub() -> Iterator[Broadcast]:
    with Broadcast("tcp://127.0.0.1:0") as hub:
        yield hub


@contextmanager
def slow_screen(address: str) -> "Iterator[subprocess.Popen[str]]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(SLOW_SCREEN), address, str(PICTURES)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def publish(hub: Broadcast, frame: LiveFrame, seconds: float, first: int = 0) -> list[float]:
    """Publish at 500 Hz, stamped with the time of sending; returns how long each send took, in seconds."""
    took: list[float] = []
    start = time.monotonic()
    for i in range(round(seconds * RATE_HZ)):
        time.sleep(max(start + i / RATE_HZ - time.monotonic(), 0.0))
        angles = replace(frame.angles, time_ns=time.monotonic_ns())
        message = encode_live_frame(replace(frame, sequence=first + i, angles=angles))
        before = time.perf_counter()
        hub.send(message)
        took.append(time.perf_counter() - before)
    return took


def wait_for_reader(hub: Broadcast, frame: LiveFrame, process: "subprocess.Popen[str]") -> None:
    """Publish until the screen says that it is ready."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        publish(hub, frame, 0.05)
        if process.stdout.readline().startswith("ready"):
            os.set_blocking(process.stdout.fileno(), True)
            return
    raise AssertionError("the slow screen did not start")


def test_a_slow_screen_shows_the_newest_frame(hub: Broadcast, squat_frame: LiveFrame) -> None:
    with slow_screen(hub.address) as process:
        wait_for_reader(hub, squat_frame, process)
        publish(hub, squat_frame, 0.33 * (PICTURES + 2))
        output, _ = process.communicate(timeout=60)
    ages_ms, sequences = np.array([line.split() for line in output.splitlines()], dtype=float).T
    assert len(ages_ms) == PICTURES
    # A queue would be a third of a second further behind with every picture.
    assert np.median(ages_ms) < 100.0
    assert ages_ms[-1] < 330.0
    assert (np.diff(sequences[1:]) > 30).all()


def test_a_stopped_screen_never_delays_the_sender(hub: Broadcast, squat_frame: LiveFrame) -> None:
    with slow_screen(hub.address) as process:
        wait_for_reader(hub, squat_frame, process)
        process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        took = publish(hub, squat_frame, 3.0)
        lasted = time.monotonic() - start
        process.send_signal(signal.SIGCONT)
    assert np.median(took) < 0.5e-3
    assert np.mean(took) < 2e-3
    assert lasted < 3.0 + 0.5


def test_pause_holds_the_frame_and_goes_on_with_the_newest(hub: Broadcast, squat_frame: LiveFrame) -> None:
    with NewestMessages(hub.address) as subscription:
        feed = LiveFeed(subscription, time.monotonic)
        assert feed.newest() is None
        assert feed.status() == (hub.address,)
        held = first_frame(hub, squat_frame, feed)
        feed.press("space")
        publish(hub, squat_frame, 0.1, first=1000)
        assert feed.newest() is held
        assert feed.status()[0].endswith("paused")
        feed.press("space")
        newest = feed.newest()
        assert newest is not None
        assert newest.sequence >= 1000
        feed.press("right")
        assert feed.newest() is newest


def test_the_watcher_is_told_what_is_wrong(hub: Broadcast, squat_frame: LiveFrame) -> None:
    now_s = [0.0]
    with NewestMessages(hub.address) as subscription:
        feed = LiveFeed(subscription, lambda: now_s[0])
        assert feed.alert() is None
        now_s[0] = 2 * STALE_AFTER_S
        assert feed.alert() == "nothing received yet"
        first_frame(hub, squat_frame, feed)
        assert feed.alert() is None
        now_s[0] += 1.25
        assert feed.alert() == "no data for 1.2 s"
        hub.send(b"GET / HTTP/1.1")
        time.sleep(0.2)
        assert feed.newest() is not None
        assert "starts with b'GET '" in str(feed.alert())


def test_a_live_frame_is_told_with_latency_clocks_and_losses(hub: Broadcast, squat_frame: LiveFrame) -> None:
    told = replace(squat_frame, views=3, latency_ms=4.21, sync_error_ms=0.34, dropped=12)
    with NewestMessages(hub.address) as subscription:
        feed = LiveFeed(subscription, time.monotonic)
        first_frame(hub, told, feed)
        assert feed.status() == ("live, 3 cameras", "latency 4.2 ms   clocks ± 0.3 ms", "12 frames dropped")


def test_every_subject_is_shown_and_the_chosen_one_first(hub: Broadcast, squat_frame: LiveFrame) -> None:
    now_s = [0.0]
    subjects = [replace(squat_frame, subject=subject, person=subject + 4) for subject in (1, 2, 3)]
    with NewestMessages(hub.address) as messages:
        feed = LiveFeed(messages, lambda: now_s[0])
        for _ in range(200):
            for frame in subjects:
                hub.send(encode_live_frame(frame))
            time.sleep(0.01)
            if feed.newest() is not None and len(feed.others()) == 2:
                break
        assert [shown(feed), *(frame.subject for frame in feed.others())] == [1, 2, 3]
        feed.choose(2)
        assert [shown(feed), *(frame.subject for frame in feed.others())] == [2, 1, 3]
        assert feed.status()[-1] == "subject 2: person 6"
        for sequence in (1000, 1001):
            for frame in subjects[:2]:
                hub.send(encode_live_frame(replace(frame, sequence=sequence)))
        time.sleep(0.2)
        now_s[0] = 2 * STALE_AFTER_S
        newest = feed.newest()
        assert newest is not None
        assert (newest.subject, newest.sequence) == (2, 1001)
        assert [(frame.subject, frame.sequence) for frame in feed.others()] == [(1, 1001)]


def shown(feed: LiveFeed) -> int:
    frame = feed.newest()
    assert frame is not None
    return frame.subject


def test_waiting_for_nobody_ends(hub: Broadcast) -> None:
    with (
        NewestMessages(hub.address) as subscription,
        pytest.raises(ViewerError, match=r"within 0\.2 s; is the"),
    ):
        LiveFeed(subscription, time.monotonic).wait(0.2)


def first_frame(hub: Broadcast, frame: LiveFrame, feed: LiveFeed) -> LiveFrame:
    """Publish until the feed has a frame, then until nothing more is on its way."""
    deadline = time.monotonic() + 30.0
    while feed.newest() is None and time.monotonic() < deadline:
        publish(hub, frame, 0.02)
    time.sleep(0.2)
    newest = feed.newest()
    assert newest is not None
    return newest
