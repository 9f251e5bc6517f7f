"""Of everybody in view the subject alone: who is in the middle of the volume, until another one is asked for."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet, Keypoints2D
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.live_people import LivePeople
from reconstruct.tracking.subject import volume_middle

Array = NDArray[np.float64]

Choose = Callable[[dict[int, Array]], int | None]
"""Number of the person to follow, of everybody's joints (J, 3) by number; None where there is no such person."""

_BODY = [0, 1, 6, 7, 8, 9, 10, 11]
_BONES = [(0, 1), (6, 7), (0, 6), (1, 7), (6, 8), (7, 9), (8, 10), (9, 11)]
"""Shoulders, hips, trunk, thighs and shanks by their places in `LivePeople.places`."""
_BONE_SD_M = 0.03
"""Of a single frame's bone."""
_ALIKE = 4.0
_LEARN = 0.02
"""Share of every frame in what is remembered of the subject's bones."""


class LiveSubject:
    """Leaves only the subject in every view.

    While no view shows two people, whoever is seen is the subject.  A subject who is lost is waited for, and
    recognised by the bones; nobody who was seen beside the subject is taken for the subject.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoints : what the detectors emit
    noise : of the detectors
    """

    def __init__(self, rig: Rig, keypoints: KeypointSet, noise: PixelNoise) -> None:
        self._people = LivePeople(rig, keypoints, noise)
        self._middle, _ = volume_middle(rig)
        self._alone = True
        self._subject: int | None = None
        self._bones: Array | None = None
        self._others: set[int] = set()

    @property
    def number(self) -> int:
        """Number of the subject; 0 while nobody else has been seen, -1 while the subject is not there."""
        return 0 if self._alone else -1 if self._subject is None else self._subject

    def choose(self, wish: Choose) -> int | None:
        """Follow somebody else from now on; returns the number, None where nobody fits and nothing changes."""
        chosen = wish(self._people.places())
        if chosen is not None and chosen != self._subject:
            self._subject, self._bones = chosen, None
            self._others.clear()
        return chosen

    def is_alone_in(self, view: Keypoints2D) -> bool:
        """Whether a view shows the subject and nobody else, as far as can be told without the other views."""
        return self._alone and len(view.uv) < 2

    def pick(self, frames: FrameSet) -> FrameSet:
        """The set with the subject alone in every view, nobody in views that do not show the subject."""
        if self._alone and all(view is None or len(view.uv) < 2 for view in frames.views):
            return frames
        self._alone = False
        numbers = self._people.identify(frames)
        self._look_around(self._people.places())
        views = tuple(_only(view, numbers[c], self._subject) for c, view in enumerate(frames.views))
        return replace(frames, views=views)

    def _look_around(self, places: dict[int, Array]) -> None:
        if self._subject in places:
            self._others |= places.keys() - {self._subject}
            self._learn(places[self._subject])
        else:
            self._subject = self._found_again(places)

    def _found_again(self, places: dict[int, Array]) -> int | None:
        """The most central of those who may be the subject."""
        possible = {
            number: joints
            for number, joints in places.items()
            if number not in self._others and (self._bones is None or _unlike(self._bones, _bones(joints)) < _ALIKE)
        }
        return nearest(possible, self._middle[:2])

    def _learn(self, joints: Array) -> None:
        now = _bones(joints)
        if self._bones is None:
            self._bones = now
        else:
            known = np.isfinite(now)
            before = np.where(np.isfinite(self._bones), self._bones, now)
            self._bones = np.where(known, (1.0 - _LEARN) * before + _LEARN * now, before)


def nearest(places: dict[int, Array], floor: Array) -> int | None:
    """Number of the person whose body's middle stands nearest to a place (2,) on the floor, metres; None of nobody."""
    away = {number: float(np.linalg.norm(_middle(joints)[:2] - floor)) for number, joints in places.items()}
    known = {number: distance for number, distance in away.items() if np.isfinite(distance)}
    return min(known, key=known.__getitem__, default=None)


def _middle(joints: Array) -> Array:
    body = joints[_BODY]
    return np.asarray(body[np.isfinite(body[:, 0])].mean(axis=0)) if np.isfinite(body).any() else np.full(3, np.nan)


def _bones(joints: Array) -> Array:
    ends = np.array(_BONES)
    return np.linalg.norm(joints[ends[:, 0]] - joints[ends[:, 1]], axis=-1)


def _unlike(one: Array, other: Array) -> float:
    """Mean squared difference of bones in standard deviations; infinite where none is known of both."""
    difference = ((one - other) / _BONE_SD_M) ** 2
    return float(np.nanmean(difference)) if np.isfinite(difference).any() else np.inf


def _only(view: Keypoints2D | None, numbers: NDArray[np.int64], subject: int | None) -> Keypoints2D | None:
    if view is None:
        return None
    mine = np.flatnonzero(numbers[: len(view.uv)] == (-2 if subject is None else subject))[:1]
    if len(mine) == len(view.uv):
        return view
    return replace(view, uv=view.uv[mine], confidence=view.confidence[mine])
