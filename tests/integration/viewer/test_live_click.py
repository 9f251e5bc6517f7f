"""A click in the window of a running session: whoever stands there is the subject from then on."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from capture.transport import NewestSubscription
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from tests.support.desktop import Desktop, count
from tests.support.live_session import LiveSession
from tests.support.two_people import STANDING, TwoPeople
from valgus.virtual_lab.kinematics import HALPE_26
from viewer import subject, views
from viewer.app import WINDOW_SIZE
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import LEFT, RIGHT
from viewer.screen_quads import Screen

PEOPLE = TwoPeople(seed=4, cameras=4, seconds=200.0, fps=20.0, movements=STANDING)
HIPS = [
    PEOPLE.truth(person, np.zeros(1)).points[0, [HALPE_26.index("LHip"), HALPE_26.index("RHip")]].mean(axis=0)
    for person in range(2)
]
PATIENCE_S = 120.0


@pytest.fixture
def session(tmp_path: Path, display: str) -> Iterator[LiveSession]:
    opened = LiveSession(tmp_path, PEOPLE.rig, PEOPLE.parts(), "viewer = true", display)
    yield opened
    opened.close()


@pytest.fixture
def desktop(display: str) -> Iterator[Desktop]:
    opened = Desktop(display)
    yield opened
    opened.close()


def frame_with_company(results: NewestSubscription) -> LiveFrame:
    """A frame of a settled body with somebody beside it."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        message = results.receive(1.0)
        if message is not None and message.startswith(b"VGLF"):
            frame = decode_live_frame(message)
            if frame.others and frame.sequence > 40:
                return frame
    raise AssertionError("nobody stood beside the subject")


def ring_on_screen(frame: LiveFrame) -> tuple[int, int]:
    """Where the window shows the ring of the only other person, when it looks at the subject as at first."""
    view = views.close(*subject.whereabouts(frame)).beside_panel(PANEL_WIDTH_PX, WINDOW_SIZE)
    screen = Screen(WINDOW_SIZE, view.T_camera_world, views.intrinsic_matrix(WINDOW_SIZE))
    (other,) = frame.others
    x, y = screen.project(np.array([[other.x, other.y, 0.0]]))[0][0]
    return round(float(x)), round(float(y))


def stands_at(frame: LiveFrame) -> int:
    """Which of the two places the subject stands at."""
    away = [np.linalg.norm(subject.mid_hip(frame.points) - hips) for hips in HIPS]
    assert min(away) < 0.15
    return int(np.argmin(away))


def test_a_click_on_a_ring_changes_the_subject(session: LiveSession, desktop: Desktop) -> None:
    session.wait_for("ready")
    start_ns = time.monotonic_ns() + 2_000_000_000
    for camera in session.parts:
        session.start_node(camera, start_ns)
    with NewestSubscription(session.results) as results:
        before = frame_with_company(results)
        wait_for_window(desktop)
        desktop.press("4")
        time.sleep(1.0)
        desktop.click(ring_on_screen(before))
        _, said = session.wait_for("person")
        assert said == f"person {before.others[0].person} is the subject now"
        time.sleep(1.0)
        after = frame_with_company(results)
    assert (after.person, after.others[0].person) == (before.others[0].person, before.person)
    assert {stands_at(before), stands_at(after)} == {0, 1}
    assert session.end() == 0


def wait_for_window(desktop: Desktop) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while min(count(desktop.picture(), side) for side in (LEFT, RIGHT)) < 300:
        assert time.monotonic() < deadline_s
        time.sleep(0.2)
