"""Clicks in a real window: whose numbers are shown, and who is asked to be followed, over real sockets."""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from capture.transport import Broadcast
from reconstruct.types import Bystander, LiveFrame
from reconstruct.wire import encode_live_frame
from stream.commands.command import Command
from stream.commands.zmq import ZmqListener
from tests.support.desktop import Picture, Viewer, changed, count, running_viewer
from viewer import subject, views
from viewer.app import WINDOW_SIZE
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import LEFT
from viewer.screen_quads import Screen

STRANGER = Bystander(4, 0.3, -0.75)
NUMBERS = slice(50, 390), slice(-PANEL_WIDTH_PX - 10, -16)


class Hub:
    """Publishes two subjects sixty times a second, and keeps the commands that it is sent."""

    def __init__(self, subjects: list[LiveFrame]) -> None:
        self.subjects = subjects
        self.commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._addresses: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()
        self.address = self._addresses.get()
        self.listener = ZmqListener("tcp://127.0.0.1:0", self._obey)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self.listener.close()

    def _obey(self, command: Command) -> str:
        self.commands.put(command)
        return "as you wish"

    def _publish(self) -> None:
        with Broadcast("tcp://127.0.0.1:0") as sender:
            self._addresses.put(sender.address)
            while not self._stopped.wait(1 / 60):
                for frame in self.subjects:
                    sender.send(encode_live_frame(frame))


@pytest.fixture(scope="module")
def hub(squat_frame: LiveFrame) -> Iterator[Hub]:
    """The second subject stands beside the first, with every angle the other way round."""
    first = replace(squat_frame, others=(STRANGER,), latency_ms=4.0, sync_error_ms=0.3)
    points = replace(first.points, xyz=first.points.xyz + np.array([0.0, 0.8, 0.0]))
    angles = replace(first.angles, values=-first.angles.values)
    hub = Hub([first, replace(first, points=points, angles=angles, subject=2, person=1)])
    yield hub
    hub.stop()


@pytest.fixture(scope="module")
def viewer(hub: Hub, display: str) -> Iterator[Viewer]:
    with running_viewer(display, hub.address, "--commands", hub.listener.address) as viewer:
        viewer.wait_until(lambda picture: count(picture, LEFT) > 300)
        time.sleep(1.0)
        yield viewer


def on_screen(hub: Hub, place: np.ndarray) -> tuple[int, int]:
    """Where the window shows a place, as it first looks at subject 1."""
    view = views.close(*subject.whereabouts(hub.subjects[0])).beside_panel(PANEL_WIDTH_PX, WINDOW_SIZE)
    screen = Screen(WINDOW_SIZE, view.T_camera_world, views.intrinsic_matrix(WINDOW_SIZE))
    ((x, y),) = screen.project(place[None])[0]
    return round(float(x)), round(float(y))


def hips(hub: Hub, place: int) -> tuple[int, int]:
    return on_screen(hub, subject.mid_hip(hub.subjects[place].points))


def numbers(viewer: Viewer, unlike: Picture) -> Picture:
    """The panel's numbers once they have changed."""
    return viewer.wait_until(lambda picture: changed(picture[NUMBERS], unlike[NUMBERS]) > 500)


def shows_the_numbers_of(picture: Picture, other: Picture) -> bool:
    """Whether the numbers are the same, but for what 32-bit floats lose where the panel has become longer."""
    return bool(np.abs(picture[NUMBERS].astype(int) - other[NUMBERS]).max() <= 12)


def test_a_click_on_the_other_subject_shows_that_one_and_turns_nothing(hub: Hub, viewer: Viewer) -> None:
    first = viewer.desktop.picture()
    viewer.desktop.click(hips(hub, 1))
    second = numbers(viewer, unlike=first)
    viewer.desktop.click(hips(hub, 0))
    again = viewer.wait_until(lambda picture: changed(picture[NUMBERS], first[NUMBERS]) == 0)
    assert changed(second[NUMBERS], again[NUMBERS]) > 500
    viewer.wait_until(lambda picture: changed(picture, first) == 0)
    assert hub.commands.empty()


def test_a_click_on_a_stranger_asks_for_that_one(hub: Hub, viewer: Viewer) -> None:
    before = viewer.desktop.picture()
    viewer.desktop.click(on_screen(hub, np.array([STRANGER.x, STRANGER.y, 0.0])))
    command = hub.commands.get(timeout=20.0)
    assert (command.command, command.text) == ("subject", "#1 4")
    viewer.wait_until(lambda picture: changed(picture[440:540], before[440:540]) > 100)  # what was answered
    assert shows_the_numbers_of(viewer.desktop.picture(), before)


def test_a_drag_that_begins_on_somebody_turns_and_chooses_nobody(hub: Hub, viewer: Viewer) -> None:
    before = viewer.desktop.picture()
    x, y = on_screen(hub, np.array([STRANGER.x, STRANGER.y, 0.0]))
    viewer.desktop.drag((x, y), (x + 60, y - 20))
    viewer.wait_until(lambda picture: changed(picture[:, :700], before[:, :700]) > 5000)
    viewer.desktop.press("4")
    time.sleep(1.0)
    assert hub.commands.empty()


def test_a_click_on_the_panel_is_nobody_s(hub: Hub, viewer: Viewer) -> None:
    before = viewer.desktop.picture()
    viewer.desktop.click((WINDOW_SIZE[0] - 200, 300))
    time.sleep(1.0)
    assert hub.commands.empty()
    assert shows_the_numbers_of(viewer.desktop.picture(), before)
