"""Of everybody in view the subjects alone: who is in the middle of the volume, until others are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet, Keypoints2D
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.live_people import LivePeople
from reconstruct.tracking.pieces import completed, piece_of
from reconstruct.tracking.remembered_person import RememberedPerson, bone_lengths, floor_place
from reconstruct.tracking.subject import volume_middle
from reconstruct.types import Bystander

Array = NDArray[np.float64]

Choose = Callable[[dict[int, Array]], int | None]
"""Number of the person to follow, of everybody's joints (J, 3) by number; None where there is no such person."""

AWAY = -1
"""In place of the number of a person who is not there."""
_SETS_TO_TELL = 10
"""So many sets must have shown somebody who may be one of several missing subjects before it is said which one."""
_IMPOSSIBLE = 1e6
_NS = 1e-9


class LiveSubjects:
    """Leaves only the subject in every view, for each of some subjects.

    A single subject is whoever is seen while no view shows two people.  A subject who is lost is waited for, and
    recognised by bones and place; nobody who was seen beside a subject is taken for that subject.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoints : what the detectors emit
    noise : of the detectors
    count : of subjects
    """

    def __init__(self, rig: Rig, keypoints: KeypointSet, noise: PixelNoise, count: int = 1) -> None:
        self._people = LivePeople(rig, keypoints, noise)
        self._middle, _ = volume_middle(rig)
        self._alone = count == 1
        self._subjects = [RememberedPerson() for _ in range(count)]
        self._places: dict[int, Array] = {}
        self._bones: dict[int, list[Array]] = {}

    @property
    def numbers(self) -> tuple[int, ...]:
        """Number of every subject, `AWAY` of one who is not there; 0 while a single one has always been alone."""
        if self._alone:
            return (0,)
        return tuple(AWAY if subject.number is None else subject.number for subject in self._subjects)

    @property
    def others(self) -> tuple[Bystander, ...]:
        """Everybody in view who is no subject, with a place on the floor."""
        numbers = self.numbers
        found = {number: floor_place(joints) for number, joints in self._places.items() if number not in numbers}
        return tuple(Bystander(number, float(x), float(y)) for number, (x, y) in found.items() if np.isfinite(x))

    def choose(self, wish: Choose, place: int = 0) -> tuple[int | None, tuple[int, ...]]:
        """Follow somebody else from now on as the subject in this place, counted from 0.

        Returns
        -------
        The number of the person, None where nobody fits and nothing changes; and the places of the subjects who are
        somebody else now: two where the person was another subject, as the two are exchanged then
        """
        chosen = wish(self._people.places())
        if chosen is None or chosen == self._subjects[place].number:
            return chosen, ()
        numbers = [subject.number for subject in self._subjects]
        if chosen not in numbers:
            self._subjects[place].become(chosen)
            return chosen, (place,)
        other = numbers.index(chosen)
        self._subjects[place], self._subjects[other] = self._subjects[other], self._subjects[place]
        return chosen, (place, other)

    def is_alone_in(self, view: Keypoints2D) -> bool:
        """Whether a view shows the only subject and nobody else, as far as can be told without the other views."""
        return self._alone and len(view.uv) < 2

    def pick(self, frames: FrameSet) -> tuple[FrameSet, ...]:
        """For every subject the set with that subject alone in every view, nobody in views that do not show it."""
        if self._alone and all(view is None or len(view.uv) < 2 for view in frames.views):
            return (frames,)
        self._alone = False
        identity = self._people.identify(frames)
        self._places = self._people.places()
        self._look_around(frames.time_ns * _NS)
        return tuple(_with_only(frames, identity, subject.number) for subject in self._subjects)

    def _look_around(self, time_s: float) -> None:
        for subject in self._subjects:
            if subject.number not in self._places:
                subject.number = None
        if any(subject.number is None for subject in self._subjects):
            self._find_missing(time_s)
        for subject in self._subjects:
            if subject.number is not None:
                subject.see(self._places, time_s)

    def _find_missing(self, time_s: float) -> None:
        """Those who were there before are looked for first, then those who never were, from the middle outwards."""
        missing = [subject for subject in self._subjects if subject.number is None]
        known = [subject for subject in missing if subject.is_known]
        strangers = self._strangers(_SETS_TO_TELL if known and len(missing) > 1 else 1)
        for subject, number in self._recognised(known, strangers, time_s):
            subject.number = number
            del strangers[number]
        for subject in missing:
            if subject.number is None and not subject.is_known:
                subject.number = self._most_central(subject, strangers)
                strangers.pop(AWAY if subject.number is None else subject.number, None)

    def _strangers(self, sets: int) -> dict[int, Array]:
        """Mean bones (B,), over the latest sets, of everybody in so many of them who is no subject at the moment."""
        followed = {subject.number for subject in self._subjects}
        free = {number: joints for number, joints in self._places.items() if number not in followed}
        self._bones = {number: [*self._bones.get(number, [])[1 - _SETS_TO_TELL :], bone_lengths(joints)]
                       for number, joints in free.items()}  # fmt: skip
        return {number: _mean(bones) for number, bones in self._bones.items() if len(bones) >= sets}

    def _recognised(
        self, known: Sequence[RememberedPerson], strangers: dict[int, Array], time_s: float
    ) -> list[tuple[RememberedPerson, int]]:
        """Which of the missing subjects is which of the strangers."""
        if not known or not strangers:
            return []
        numbers = list(strangers)
        cost = np.array([[self._cost(subject, n, strangers[n], time_s) for n in numbers] for subject in known])
        pairs = zip(*linear_sum_assignment(cost), strict=True)
        return [(known[int(row)], numbers[int(column)]) for row, column in pairs if cost[row, column] < _IMPOSSIBLE]

    def _cost(self, subject: RememberedPerson, number: int, bones_m: Array, time_s: float) -> float:
        if not subject.may_be(number, bones_m):
            return _IMPOSSIBLE
        return subject.unlikeness(bones_m, floor_place(self._places[number]), time_s)

    def _most_central(self, subject: RememberedPerson, strangers: dict[int, Array]) -> int | None:
        possible = {n: self._places[n] for n, bones in strangers.items() if subject.may_be(n, bones)}
        return nearest(possible, self._middle[:2])


def nearest(places: dict[int, Array], floor: Array) -> int | None:
    """Number of the person whose body's middle stands nearest to a place (2,) on the floor, metres; None of nobody."""
    away = {number: float(np.linalg.norm(floor_place(joints) - floor)) for number, joints in places.items()}
    known = {number: distance for number, distance in away.items() if np.isfinite(distance)}
    return min(known, key=known.__getitem__, default=None)


def _mean(bones: Sequence[Array]) -> Array:
    """Mean (B,) of what is known, NaN where nothing is."""
    known = np.isfinite(bones)
    return np.where(known.any(axis=0), np.nansum(bones, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)


def _with_only(frames: FrameSet, identity: NDArray[np.int64], number: int | None) -> FrameSet:
    return replace(frames, views=tuple(_only(view, identity[c], number) for c, view in enumerate(frames.views)))


def _only(view: Keypoints2D | None, identity: NDArray[np.int64], number: int | None) -> Keypoints2D | None:
    if view is None:
        return None
    if number is None:
        return replace(view, uv=view.uv[:0], confidence=view.confidence[:0])
    identity = identity[: len(view.uv)]
    mine = np.flatnonzero(identity == number)[:1]
    if len(mine) == len(view.uv):
        return view
    uv, confidence = view.uv[mine], view.confidence[mine]
    for piece in np.flatnonzero(identity == piece_of(number)) if len(mine) else ():
        uv, confidence = completed(uv, confidence, view.uv[piece], view.confidence[piece])
    return replace(view, uv=uv, confidence=confidence)
