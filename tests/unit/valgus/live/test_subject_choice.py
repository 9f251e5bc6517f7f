"""Who is the subject: asked for over a real socket, granted between two sets of views."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zmq

from capture.keypoint_sets import keypoint_set
from capture.types import FrameSet, Keypoints2D
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import Instant
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.live_subject import LiveSubject
from reconstruct.types import JointAngles, Points3D
from stream.commands.zmq import ZmqListener
from tests.support.two_people import standing_beside, together
from valgus.errors import ValgusError
from valgus.live.desk import Desk
from valgus.live.rehearsal import frame_set
from valgus.live.subject_choice import SubjectChoice, read_choice
from valgus.virtual_lab import motion
from valgus.virtual_lab.person import virtual_person
from valgus.virtual_lab.trial import MAIN, VirtualLab, virtual_lab

FRAMES, FPS = 40, 30.0
BESIDE = "0 0.9"


class Seen:
    """Keeps what it is shown, and the frame at which it was told to begin again."""

    def __init__(self) -> None:
        self.shown: list[FrameSet] = []
        self.collected: list[Keypoints2D] = []
        self.begun_at: list[int] = []

    def collect(self, view: Keypoints2D) -> None:
        self.collected.append(view)

    def work_ahead(self) -> bool:
        return False

    def update(self, views: FrameSet) -> Instant:
        self.shown.append(views)
        points, angles = keypoint_set("halpe_26"), np.full(len(ANGLE_NAMES), np.nan)
        nowhere = np.full((len(points), 3), np.nan), np.full((len(points), 3, 3), np.nan)
        unseen = np.zeros(len(points), np.int8), np.full(len(points), np.nan)
        unknown = JointAngles(views.time_ns, angles, angles, np.zeros(len(ANGLE_NAMES), np.int8))
        return Instant(Points3D(views.time_ns, points, *nowhere, *unseen), unknown, None)

    def begin_again(self) -> None:
        self.begun_at.append(len(self.shown))


@pytest.fixture
def lab() -> VirtualLab:
    return virtual_lab(seed=5)


@pytest.fixture
def told() -> list[str]:
    return []


def pairs(lab: VirtualLab) -> Iterator[FrameSet]:
    """One person in the middle, another one beside."""
    other = VirtualLab(6, virtual_person(6), lab.rig, lab.noise)
    times = np.tile(np.arange(FRAMES) / FPS, (len(lab.rig), 1))
    both = together(lab.record(motion.stand, times, MAIN), other.record(standing_beside, times, MAIN))
    yield from (frame_set(both, frame) for frame in range(FRAMES))


def test_a_command_over_a_socket_changes_the_subject(lab: VirtualLab, tmp_path: Path, told: list[str]) -> None:
    seen = Seen()
    subject = LiveSubject(lab.rig, keypoint_set("halpe_26"), PixelNoise())
    choice = SubjectChoice(seen, seen.begin_again, subject, told.append)
    desk = Desk(lab.rig, tmp_path, told.append, choose=choice.ask)
    listener = ZmqListener("tcp://127.0.0.1:*", desk)
    views = pairs(lab)
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.connect(listener.address)
        for frame, both in enumerate(views):
            if frame == FRAMES // 2:
                socket.send_json({"command": "subject", "text": BESIDE})
                assert socket.recv_json() == {
                    "ok": True,
                    "said": "the subject is to be whoever stands nearest to (0, 0.9) m",
                }
            choice.update(both)
    listener.close()
    places = [[view.uv[0] for view in shown.views if view is not None and len(view.uv)] for shown in seen.shown]
    for frame, (both, mine) in enumerate(zip(pairs(lab), places, strict=True)):
        number = int(frame >= FRAMES // 2)
        expected = [view.uv[number] for view in both.views if view is not None]
        assert len(mine) == len(expected)
        assert all(map(np.array_equal, mine, expected, [True] * len(mine)))
    assert seen.begun_at == [FRAMES // 2]
    assert told[-1].endswith("is the subject now")
    assert [event.label for event in desk.events()] == ["subject"]


def test_views_go_ahead_of_their_sets_until_somebody_else_comes(lab: VirtualLab, told: list[str]) -> None:
    seen = Seen()
    choice = SubjectChoice(
        seen, seen.begin_again, LiveSubject(lab.rig, keypoint_set("halpe_26"), PixelNoise()), told.append
    )
    both = list(pairs(lab))
    alone = [
        replace(view, uv=view.uv[:1], confidence=view.confidence[:1]) for view in both[0].views if view is not None
    ]
    for view in (alone[0], *(view for view in both[0].views[1:] if view is not None)):
        choice.collect(view)
    assert seen.collected == [alone[0]]
    choice.update(FrameSet(both[0].time_ns, (alone[0], *both[0].views[1:])))
    assert seen.shown[0].views[0] is alone[0]
    choice.collect(alone[1])
    assert seen.collected == [alone[0]]


def test_the_next_person_and_nobody_of_that_number(lab: VirtualLab, told: list[str]) -> None:
    seen = Seen()
    choice = SubjectChoice(
        seen, seen.begin_again, LiveSubject(lab.rig, keypoint_set("halpe_26"), PixelNoise()), told.append
    )
    for frame, both in enumerate(pairs(lab)):
        if frame in (10, 20):
            choice.ask("")
        if frame == 30:
            choice.ask("7")
        choice.update(both)
    assert seen.begun_at == [10, 20]
    assert told[-1].startswith("person 7 is not in view; person ")


@pytest.mark.parametrize("text", ["left", "1 2 3", "nan", "0.5 x"])
def test_words_that_say_nobody(text: str) -> None:
    with pytest.raises(ValgusError, match="give a person's number, a place on the floor as x y in metres, or nothing"):
        read_choice(text)
