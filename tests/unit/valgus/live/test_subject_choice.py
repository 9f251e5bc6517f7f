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
from reconstruct.tracking.live_subjects import LiveSubjects
from reconstruct.types import JointAngles, Points3D
from stream.commands.zmq import ZmqListener
from tests.support.two_people import standing_beside, together
from valgus.errors import ValgusError
from valgus.live.desk import Desk
from valgus.live.rehearsal import frame_set
from valgus.live.subject_choice import Follower, SubjectChoice, read_wish
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


def following(lab: VirtualLab, seen: list[Seen], told: list[str]) -> SubjectChoice:
    subjects = LiveSubjects(lab.rig, keypoint_set("halpe_26"), PixelNoise(), len(seen))
    return SubjectChoice([Follower(one, one.begin_again) for one in seen], subjects, told.append)


def test_a_command_over_a_socket_changes_the_subject(lab: VirtualLab, tmp_path: Path, told: list[str]) -> None:
    seen = Seen()
    choice = following(lab, [seen], told)
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
            list(choice.update(both))
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
    choice = following(lab, [seen], told)
    both = list(pairs(lab))
    alone = [
        replace(view, uv=view.uv[:1], confidence=view.confidence[:1]) for view in both[0].views if view is not None
    ]
    for view in (alone[0], *(view for view in both[0].views[1:] if view is not None)):
        choice.collect(view)
    assert seen.collected == [alone[0]]
    list(choice.update(FrameSet(both[0].time_ns, (alone[0], *both[0].views[1:]))))
    assert seen.shown[0].views[0] is alone[0]
    choice.collect(alone[1])
    assert seen.collected == [alone[0]]


def test_the_next_person_and_nobody_of_that_number(lab: VirtualLab, told: list[str]) -> None:
    seen = Seen()
    choice = following(lab, [seen], told)
    for frame, both in enumerate(pairs(lab)):
        if frame in (10, 20):
            choice.ask("")
        if frame == 30:
            choice.ask("7")
        list(choice.update(both))
    assert seen.begun_at == [10, 20]
    assert told[-1].startswith("person 7 is not in view; person ")


@pytest.mark.parametrize("text", ["left", "1 2 3", "nan", "0.5 x"])
def test_words_that_say_nobody(text: str) -> None:
    with pytest.raises(ValgusError, match="give a person's number, a place on the floor as x y in metres, or nothing"):
        read_wish(text)


@pytest.mark.parametrize("text", ["#0 1", "#3 1", "# 1", "#x 0.5 0.5"])
def test_subjects_that_nobody_follows(text: str) -> None:
    with pytest.raises(ValgusError, match="there is no such subject; say #1 to #2"):
        read_wish(text, subjects=2)


def test_two_subjects_have_an_estimate_each_and_can_be_exchanged(lab: VirtualLab, told: list[str]) -> None:
    seen = [Seen(), Seen()]
    choice = following(lab, seen, told)
    people: list[tuple[int, ...]] = []
    for frame, both in enumerate(pairs(lab)):
        if frame == 20:
            assert choice.ask(f"#2 {people[-1][0]}") == f"subject 2 is to be person {people[-1][0]}"
        estimates = list(choice.update(both))
        assert [estimate.subject for estimate in estimates] == [1, 2]
        assert all(estimate.others == () for estimate in estimates)
        people.append(tuple(estimate.person for estimate in estimates))
        for place, one in enumerate(seen):
            number = (place + (frame >= 20)) % 2  # the first one in `pairs` stands in the middle
            shown = [view.uv[0] for view in one.shown[-1].views if view is not None]
            expected = [view.uv[number] for view in both.views if view is not None]
            assert np.array_equal(shown, expected, equal_nan=True)
    assert set(people[:20]) == {people[0]}
    assert set(people[20:]) == {people[0][::-1]}
    assert [one.begun_at for one in seen] == [[20], [20]]
    first, second = people[0]
    assert told == [
        f"subject 1 is person {first}",
        f"subject 2 is person {second}",
        f"person {first} is subject 2 now",
        f"person {second} is subject 1 now",
    ]


def test_people_who_are_no_subject_have_a_place_on_the_floor(lab: VirtualLab, told: list[str]) -> None:
    choice = following(lab, [Seen()], told)
    estimates = [estimate for both in pairs(lab) for estimate in choice.update(both)]
    estimate = estimates[-1]
    (other,) = estimate.others
    assert other.person != estimate.person
    assert np.hypot(other.x, other.y - 0.9) < 0.1
