"""Whom a live session follows of several people: chosen by command, from any thread, between two sets of views."""

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capture.types import FrameSet, Keypoints2D
from reconstruct.live import Instant
from reconstruct.tracking.live_subjects import Choose, LiveSubjects, nearest
from valgus.errors import ValgusError
from valgus.live.estimates import Estimate

Array = NDArray[np.float64]

_PLACE_MARK = "#"


class _Reconstructor(Protocol):
    def collect(self, view: Keypoints2D) -> None: ...
    def work_ahead(self) -> bool: ...
    def update(self, views: FrameSet) -> Instant: ...


@dataclass(frozen=True)
class Follower:
    """What follows one subject, and what makes it forget the person followed so far."""

    reconstructor: _Reconstructor
    begin_again: Callable[[], None]


@dataclass(frozen=True)
class Wish:
    """Who the subject in some place, counted from 0, is to be, and how to say it."""

    place: int
    choice: Choose
    said: str


def read_wish(text: str, subjects: int = 1) -> Wish:
    """What the words after `subject` mean, where so many subjects are followed.

    `#2` in front says which of the subjects is to be somebody else, the first one without it.  Then comes the person: a
    number, `x y` in metres on the floor, or nothing for the next person.

    Raises
    ------
    ValgusError : the words mean nobody
    """
    words = text.split()
    place = _read_place(words.pop(0), subjects) if words and words[0].startswith(_PLACE_MARK) else 0
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if words and (len(numbers) not in (1, 2) or not np.isfinite(numbers).all()):
        raise ValgusError(f"subject {text}: give a person's number, a place on the floor as x y in metres, or nothing")
    if len(numbers) == 2:
        floor = np.array(numbers)
        said = f"whoever stands nearest to ({numbers[0]:g}, {numbers[1]:g}) m"
        return Wish(place, lambda places: nearest(places, floor), said)
    if len(numbers) == 1:
        wanted = round(numbers[0])
        return Wish(place, lambda places: wanted if wanted in places else None, f"person {wanted}")
    return Wish(place, _next, "the next person")


class SubjectChoice:
    """Gives every subject's views to what follows that subject, and takes wishes for other subjects.

    Parameters
    ----------
    followers : of every subject
    subjects : picks them out of the views
    tell : receives lines for a person: who is which subject, and with several of them who comes and goes
    """

    def __init__(self, followers: Sequence[Follower], subjects: LiveSubjects, tell: Callable[[str], None]) -> None:
        self._followers, self._subjects, self._tell = tuple(followers), subjects, tell
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self._told = subjects.numbers

    def ask(self, text: str) -> str:
        """Wish for another subject, from any thread; returns one line about it, raises ValgusError to refuse."""
        wish = read_wish(text, len(self._followers))
        self._wishes.put(wish)
        return f"{self._named(wish.place)} is to be {wish.said}"

    def collect(self, view: Keypoints2D) -> None:
        """Hand a view on; where others are about, only its set tells who is a subject: it waits for that."""
        if self._subjects.is_alone_in(view):
            self._followers[0].reconstructor.collect(view)

    def work_ahead(self) -> bool:
        """One thing that can be done before the next set."""
        return any(follower.reconstructor.work_ahead() for follower in self._followers)

    def update(self, views: FrameSet) -> Iterator[Estimate]:
        """What is found of every subject, in turn."""
        while not self._wishes.empty():
            self._grant(self._wishes.get())
        picked = self._subjects.pick(views)
        numbers, others = self._subjects.numbers, self._subjects.others
        if len(numbers) > 1:
            self._tell_changes(numbers)
        for place, follower in enumerate(self._followers):
            yield Estimate(follower.reconstructor.update(picked[place]), place + 1, numbers[place], others)

    def _grant(self, wish: Wish) -> None:
        before = self._subjects.numbers[wish.place]
        chosen, changed = self._subjects.choose(lambda places: wish.choice(_in_turn(places, before)), wish.place)
        if chosen is None:
            self._tell(f"{wish.said} is not in view; person {before} stays {self._named(wish.place)}")
        for place in changed:
            self._followers[place].begin_again()
            self._tell(f"person {self._subjects.numbers[place]} is {self._named(place)} now")
        self._told = self._subjects.numbers

    def _tell_changes(self, numbers: tuple[int, ...]) -> None:
        for place, (before, now) in enumerate(zip(self._told, numbers, strict=True)):
            if now != before:
                self._tell(f"{self._named(place)} is {'out of view' if now < 0 else f'person {now}'}")
        self._told = numbers

    def _named(self, place: int) -> str:
        return "the subject" if len(self._followers) == 1 else f"subject {place + 1}"


def _read_place(word: str, subjects: int) -> int:
    number = word.removeprefix(_PLACE_MARK)
    if not number.isdecimal() or not 1 <= int(number) <= subjects:
        raise ValgusError(f"subject {word}: there is no such subject; say #1 to #{subjects}")
    return int(number) - 1


def _in_turn(places: dict[int, Array], before: int) -> dict[int, Array]:
    """Everybody, those who come after the subject first."""
    return dict(sorted(places.items(), key=lambda item: (item[0] <= before, item[0])))


def _next(places: dict[int, Array]) -> int | None:
    return next(iter(places), None)
