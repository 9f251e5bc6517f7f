"""What one set of views costs a live session, by the people in view; absolute figures need an idle machine.

.venv/bin/python -m pytest benchmarks/test_live_people.py
"""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from capture.types import FrameSet
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.live_subjects import LiveSubjects
from tests.support.two_people import CROSSING, TwoPeople, together
from valgus.live.person import KnownSubject
from valgus.live.preparation import reconstructors_of
from valgus.live.rehearsal import frame_set
from valgus.live.subject_choice import Follower, SubjectChoice
from valgus.virtual_lab.kinematics import HALPE_26
from valgus.virtual_lab.trial import MAIN

PEOPLE = TwoPeople(seed=4, cameras=4, seconds=10.0, fps=60.0, movements=CROSSING)
FRAMES = 600


def recorded(people: int) -> list[FrameSet]:
    times = np.tile(np.arange(FRAMES) / PEOPLE.fps, (PEOPLE.cameras, 1))
    first, second = (PEOPLE.lab(person).record(PEOPLE.movements[person], times, MAIN) for person in range(2))
    trial = first if people == 1 else together(first, second)
    return [frame_set(trial, frame) for frame in range(FRAMES)]


@pytest.mark.parametrize(("people", "subjects"), [(1, 1), (2, 1), (2, 2)])
def test_set_of_views(benchmark: BenchmarkFixture, people: int, subjects: int) -> None:
    """From the last view of an instant to the last subject's estimate, four cameras, nothing done before it."""
    bodies = reconstructors_of(PEOPLE.rig, [KnownSubject(HALPE_26)] * subjects, print)
    picking = LiveSubjects(PEOPLE.rig, HALPE_26, noise_profile(HALPE_26), subjects)
    choice = SubjectChoice([Follower(body, body.begin_again) for body in bodies], picking, print)
    waiting = iter(recorded(people))

    def next_set() -> tuple[tuple[FrameSet], dict[str, object]]:
        while choice.work_ahead():
            pass
        return (next(waiting),), {}

    benchmark.pedantic(lambda views: list(choice.update(views)), setup=next_set, rounds=FRAMES - 1)
