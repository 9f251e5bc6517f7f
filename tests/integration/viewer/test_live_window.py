"""`valgus view ADDRESS`: a published person on the screen, a warning when the stream stops, and a live snapshot."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.transport import Broadcast
from reconstruct.types import LiveFrame
from reconstruct.wire import encode_live_frame
from tests.support.desktop import Picture, count, running_viewer
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import ALERT, LEFT, RIGHT


class Hub:
    """Publishes one frame sixty times a second on a thread of its own until it is stopped."""

    def __init__(self, frame: LiveFrame) -> None:
        self.addresses: list[str] = []
        self._frame = replace(frame, latency_ms=4.2, sync_error_ms=0.3)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()
        while not self.addresses:
            time.sleep(0.01)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _publish(self) -> None:
        with Broadcast("tcp://127.0.0.1:0") as sender:
            self.addresses.append(sender.address)
            message = encode_live_frame(self._frame)
            while not self._stopped.wait(1 / 60):
                sender.send(message)


@contextmanager
def hub_of(frame: LiveFrame) -> Iterator[Hub]:
    hub = Hub(frame)
    yield hub
    hub.stop()


def warns(picture: Picture) -> bool:
    """Whether something red is written below the numbers."""
    foot = picture[393:440, -PANEL_WIDTH_PX:-16].astype(int)
    return bool((np.abs(foot - np.round(np.multiply(ALERT, 255))).max(axis=-1) < 40).sum() > 60)


def test_a_live_person_is_seen_and_a_silent_hub_is_told(squat_frame: LiveFrame, display: str) -> None:
    with hub_of(squat_frame) as hub, running_viewer(display, hub.addresses[0]) as viewer:
        viewer.wait_until(lambda picture: count(picture, LEFT) > 300 and count(picture, RIGHT) > 300)
        viewer.wait_until(lambda picture: not warns(picture))
        hub.stop()
        viewer.wait_until(warns)


def test_a_live_snapshot_needs_no_display(squat_frame: LiveFrame, squat_folder: Path, tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    with hub_of(squat_frame) as hub:
        command = [sys.executable, "-m", "valgus", "view", hub.addresses[0], "--snapshot", str(tmp_path / "live.png")]
        command += ["--rig", str(squat_folder / "rig.toml")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    read = cv2.imread(str(tmp_path / "live.png"))
    assert read is not None
    picture = np.asarray(read[:, :, ::-1], np.uint8)
    assert count(picture, LEFT) > 300
    assert not warns(picture)


def test_an_address_that_cannot_be_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from valgus.cli.main import main

    for address in ("tcp://127.0.0.1:port", "http://127.0.0.1:80", "tcp://:1"):
        assert main(["view", address, "--snapshot", str(tmp_path / "shot.png")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
