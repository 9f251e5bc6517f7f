"""Which of several people in a recorded movement the results are about, and who they are in the trials before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Recording
from reconstruct.tracking.recognition import recognise_all, recognise_one
from reconstruct.tracking.subject import select_central, select_numbered


@dataclass(frozen=True)
class Choice:
    """The people of these `numbers`, or where none are given the `count` people most in the middle of the volume."""

    numbers: tuple[int, ...] = ()
    count: int = 1

    @property
    def several(self) -> bool:
        """Whether more than one person is asked for."""
        return max(self.count, len(self.numbers)) > 1


MOST_CENTRAL = Choice()


@dataclass(frozen=True, eq=False)
class ChosenPerson:
    """One person's recordings, the movement last, and what a user should know about how they were chosen."""

    number: int
    recordings: tuple[Recording, ...]
    notices: tuple[str, ...] = ()


def chosen_people(
    rig: Rig, recordings: Sequence[Recording], noise: PixelNoise, choice: Choice
) -> tuple[ChosenPerson, ...]:
    """Everybody who is asked for.

    Parameters
    ----------
    rig : C cameras, in the order of the recordings' arrays
    recordings : of a session, the movement last
    noise : of the detector
    choice : whom the results are about

    Raises
    ------
    ReconstructError : nobody in the movement has that number, or fewer people are seen
    """
    movement = recordings[-1].keypoints
    if choice.several:
        return _several(rig, recordings, noise, _selected(rig, movement, noise, choice))
    if movement.confidence.shape[2] == 1 and not choice.numbers:
        person = {0: movement}
    else:
        person = _selected(rig, movement, noise, choice)
    ((number, mine),) = person.items()
    before = [replace(one, keypoints=recognise_one(mine, one.keypoints, rig, noise)) for one in recordings[:-1]]
    return (ChosenPerson(number, (*before, replace(recordings[-1], keypoints=mine))),)


def _selected(rig: Rig, movement: KeypointTrial, noise: PixelNoise, choice: Choice) -> dict[int, KeypointTrial]:
    if choice.numbers:
        return select_numbered(movement, rig, noise, choice.numbers)
    return select_central(movement, rig, noise, choice.count)


def _several(
    rig: Rig, recordings: Sequence[Recording], noise: PixelNoise, people: dict[int, KeypointTrial]
) -> tuple[ChosenPerson, ...]:
    movement = Recording(recordings[-1].purpose, recordings[-1].keypoints)
    mine = {number: [replace(movement, keypoints=trial)] for number, trial in people.items()}
    notices: dict[int, list[str]] = {number: [] for number in people}
    for recording in reversed(recordings[:-1]):
        found = recognise_all(list(people.values()), recording.keypoints, rig, noise)
        for number, trial in zip(people, found, strict=True):
            if trial is None:
                notices[number].append(f"person {number} is nobody in the {recording.purpose} trial; done without it")
            else:
                mine[number].insert(0, Recording(recording.purpose, trial))
    tags = _tag_notices(recordings)
    return tuple(ChosenPerson(number, tuple(mine[number]), (*tags, *notices[number])) for number in people)


def _tag_notices(recordings: Sequence[Recording]) -> tuple[str, ...]:
    if all(recording.tags is None for recording in recordings):
        return ()
    return ("tag plates were left out, as they do not say who wears them; process that person with --subject-person",)
