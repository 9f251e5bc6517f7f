"""Of several people in a live session the subject alone, through disappearances and changes of mind."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.types import FrameSet, KeypointTrial
from geometry.rig import Rig
from reconstruct.tracking.live_subjects import AWAY, LiveSubjects, nearest
from tests.support.live_views import sets
from tests.unit.reconstruct.tracking.test_people import NAMES, NOISE, crowd, line, split, walk

Array = NDArray[np.float64]
FRAMES = 240
SUBJECT, OTHER = 0, 1


@pytest.fixture(scope="module")
def two(ring: Callable[..., Rig], see: Callable[[Rig, Array], Array]) -> tuple[Rig, KeypointTrial, NDArray[np.int64]]:
    """Somebody in the middle, somebody taller who walks round; in random places."""
    rig = ring(4)
    middle = walk(FRAMES, line(FRAMES, (0, 0.0, 0.0), (1, 0.1, 0.0)), 1.0, 0.4)
    around = walk(FRAMES, line(FRAMES, (0, 1.2, -0.9), (0.5, 0.9, 0.9), (1, -0.8, 0.9)), 1.1, 2.0)
    return (rig, *crowd(rig, see, [middle, around], seed=21, places=3))


def shown(trial: KeypointTrial, who: NDArray[np.int64], picked: FrameSet, f: int) -> set[int]:
    """People whose keypoints are left in any view of a set."""
    found: set[int] = set()
    for c, left in enumerate(picked.views):
        assert left is not None
        assert len(left.uv) <= 1
        for uv in left.uv:
            same = [np.array_equal(uv, trial.uv[c, f, p].astype(np.float32), equal_nan=True) for p in range(3)]
            found.add(int(who[c, f, same.index(True)]))
    return found


def test_the_one_in_the_middle_and_never_the_other(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, who = two
    subject = LiveSubjects(rig, NAMES, NOISE)
    people = [shown(trial, who, subject.pick(views)[0], f) for f, views in enumerate(sets(trial))]
    assert all(seen <= {SUBJECT} for seen in people)
    assert np.mean([seen == {SUBJECT} for seen in people]) > 0.98


def test_a_subject_whom_detectors_split_is_put_together_again(
    two: tuple[Rig, KeypointTrial, NDArray[np.int64]],
) -> None:
    rig, whole, who = two
    trial, _ = split(whole, who, 22)
    subject, same = LiveSubjects(rig, NAMES, NOISE), LiveSubjects(rig, NAMES, NOISE)
    complete: list[bool] = []
    for views, whole_views in zip(sets(trial), sets(whole), strict=True):
        for found, expected in zip(subject.pick(views)[0].views, same.pick(whole_views)[0].views, strict=True):
            assert found is not None
            assert expected is not None
            if len(expected.uv) and len(found.uv):
                seen = found.confidence > 0.0
                assert np.array_equal(found.uv[seen], expected.uv[seen])
                complete.append(np.array_equal(found.confidence, expected.confidence))
    assert len(complete) > 0.97 * who[..., 0].size
    assert np.mean(complete) > 0.98


def test_a_hidden_subject_is_waited_for_and_recognised(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, who = two
    hidden = slice(60, 150)
    confidence = trial.confidence.copy()
    confidence[:, hidden][who[:, hidden] == SUBJECT] = 0.0
    gone = replace(trial, confidence=confidence)
    subject = LiveSubjects(rig, NAMES, NOISE)
    people = [shown(gone, who, subject.pick(views)[0], f) for f, views in enumerate(sets(gone))]
    assert all(seen <= {SUBJECT} for seen in people)
    assert all(seen == set() for seen in people[hidden])
    assert np.mean([seen == {SUBJECT} for seen in people[155:]]) > 0.95


def test_another_one_by_place_on_the_floor(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, who = two
    subject = LiveSubjects(rig, NAMES, NOISE)
    people: list[set[int]] = []
    for f, views in enumerate(sets(trial)):
        if f == 100:
            assert subject.choose(partial(nearest, floor=np.array([1.0, 0.5])))[1] == (0,)
        people.append(shown(trial, who, subject.pick(views)[0], f))
    assert all(seen <= {SUBJECT} for seen in people[:100])
    assert all(seen <= {OTHER} for seen in people[100:])
    assert np.mean([seen == {OTHER} for seen in people[100:]]) > 0.95


def test_alone_everything_passes_as_it_is(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, who = two
    confidence = np.where((who == SUBJECT)[..., None], trial.confidence, 0.0)
    alone = KeypointTrial(
        trial.cameras, NAMES, trial.uv, confidence, trial.time_s, trial.image_sizes, synchronised=True
    )
    subject = LiveSubjects(rig, NAMES, NOISE)
    assert all(subject.pick(views)[0] is views for views in sets(alone))
    assert subject.choose(lambda places: next(iter(places), None)) == (None, ())


def test_two_subjects_keep_their_places_when_one_comes_back(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, who = two
    hidden = slice(60, 150)
    gone = without(trial, who, OTHER, hidden)
    subjects = LiveSubjects(rig, NAMES, NOISE, count=2)
    first, second, numbers = follow_both(subjects, gone, who)
    assert all(seen <= {SUBJECT} for seen in first)
    assert all(seen <= {OTHER} for seen in second)
    assert np.mean([seen == {SUBJECT} for seen in first]) > 0.98
    assert np.mean([seen == {OTHER} for seen in second[155:]]) > 0.95
    assert {number for number, _ in numbers} == {0}
    assert {number for _, number in numbers} == {1, AWAY, 2}
    assert numbers[140][1] == AWAY


@pytest.mark.parametrize("later", [SUBJECT, OTHER])
def test_two_who_were_away_together_are_not_exchanged(
    two: tuple[Rig, KeypointTrial, NDArray[np.int64]], later: int
) -> None:
    rig, trial, who = two
    gone = without(without(trial, who, 1 - later, slice(60, 120)), who, later, slice(60, 170))
    first, second, _ = follow_both(LiveSubjects(rig, NAMES, NOISE, count=2), gone, who)
    assert all(seen <= {SUBJECT} for seen in first)
    assert all(seen <= {OTHER} for seen in second)
    assert np.mean([seen == {SUBJECT} for seen in first[185:]]) > 0.95
    assert np.mean([seen == {OTHER} for seen in second[185:]]) > 0.95


def test_the_one_who_is_no_subject_has_a_place(two: tuple[Rig, KeypointTrial, NDArray[np.int64]]) -> None:
    rig, trial, _ = two
    subjects = LiveSubjects(rig, NAMES, NOISE)
    places: list[Array] = []
    for views in sets(trial):
        subjects.pick(views)
        places += [np.array([other.x, other.y]) for other in subjects.others]
    assert len(places) > 0.95 * FRAMES
    assert np.linalg.norm(places[0] - [1.2, -0.9]) < 0.15
    assert np.linalg.norm(places[-1] - [-0.8, 0.9]) < 0.15


def without(trial: KeypointTrial, who: NDArray[np.int64], person: int, frames: slice) -> KeypointTrial:
    confidence = trial.confidence.copy()
    confidence[:, frames][who[:, frames] == person] = 0.0
    return replace(trial, confidence=confidence)


def follow_both(
    subjects: LiveSubjects, trial: KeypointTrial, who: NDArray[np.int64]
) -> tuple[list[set[int]], list[set[int]], list[tuple[int, ...]]]:
    """Who is shown as the first and as the second subject in every set, and their numbers."""
    first, second, numbers = list[set[int]](), list[set[int]](), list[tuple[int, ...]]()
    for f, views in enumerate(sets(trial)):
        one, other = subjects.pick(views)
        first.append(shown(trial, who, one, f))
        second.append(shown(trial, who, other, f))
        numbers.append(subjects.numbers)
    return first, second, numbers
