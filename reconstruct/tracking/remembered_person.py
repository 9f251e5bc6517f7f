"""What is remembered of one subject of a live session, so as to know the person again: bones, and the last place."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_BODY = [0, 6, 3, 9, 4, 10, 5, 11]
_BONES = np.array([(0, 6), (3, 9), (0, 3), (6, 9), (3, 4), (9, 10), (4, 5), (10, 11)])
"""Shoulders, hips, trunk, thighs and shanks by their places in `LivePeople.places`."""
_BONE_SD_M = 0.03
"""Of a single frame's bone."""
_ALIKE = 4.0
_LEARN = 0.02
"""Share of every frame in what is remembered of the bones."""
_REACH_M, _WALK_M_PER_S = 0.5, 1.0


class RememberedPerson:
    """One subject: the number under which the person is followed, and what tells the person from others.

    Attributes
    ----------
    number : of the person, None while the subject is away or has never been there
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._bones: Array | None = None
        self._strangers: set[int] = set()
        self._place, self._seen_s = np.full(2, np.nan), np.nan

    @property
    def is_known(self) -> bool:
        """Whether the subject has been seen at all."""
        return self._bones is not None

    def become(self, number: int) -> None:
        """Be somebody else from now on."""
        self.number, self._bones = number, None
        self._strangers.clear()

    def see(self, places: dict[int, Array], time_s: float) -> None:
        """Learn from everybody's joints (J, 3) by number, the subject's among them."""
        assert self.number is not None
        joints = places[self.number]
        self._strangers |= places.keys() - {self.number}
        self._place, self._seen_s = floor_place(joints), time_s
        now = bone_lengths(joints)
        before = now if self._bones is None else np.where(np.isfinite(self._bones), self._bones, now)
        self._bones = np.where(np.isfinite(now), (1.0 - _LEARN) * before + _LEARN * now, before)

    def may_be(self, number: int, bones_m: Array) -> bool:
        """Whether somebody with bones (B,) could be the subject: whoever was seen beside the subject is not."""
        if number in self._strangers:
            return False
        return self._bones is None or _unlike(self._bones, bones_m) < _ALIKE

    def unlikeness(self, bones_m: Array, place: Array, time_s: float) -> float:
        """How little somebody at `place` (2,) is like the subject who was seen last; 0 where nothing is remembered."""
        if self._bones is None:
            return 0.0
        reach_m = _REACH_M + _WALK_M_PER_S * max(time_s - self._seen_s, 0.0)
        away = float(np.nan_to_num(np.linalg.norm(place - self._place))) / reach_m
        return _unlike(self._bones, bones_m) + away**2


def floor_place(joints: Array) -> Array:
    """Where on the floor the middle of a body with joints (J, 3) stands, (2,) metres; NaN where nothing is known."""
    body = joints[_BODY]
    known = np.isfinite(body[:, 0])
    return np.asarray(body[known, :2].mean(axis=0)) if known.any() else np.full(2, np.nan)


def bone_lengths(joints: Array) -> Array:
    """(B,) metres of joints (J, 3), NaN where an end is unknown."""
    return np.linalg.norm(joints[_BONES[:, 0]] - joints[_BONES[:, 1]], axis=-1)


def _unlike(one: Array, other: Array) -> float:
    """Mean squared difference of bones in standard deviations; infinite where none is known of both."""
    difference = ((one - other) / _BONE_SD_M) ** 2
    return float(np.nanmean(difference)) if np.isfinite(difference).any() else np.inf
