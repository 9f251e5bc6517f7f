"""Who of several people a live session follows: chosen by command, from any thread, between two sets of views."""

import queue
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capture.types import FrameSet, Keypoints2D
from reconstruct.live import Instant
from reconstruct.tracking.live_subject import Choose, LiveSubject, nearest
from valgus.errors import ValgusError

Array = NDArray[np.float64]


class _Reconstructor(Protocol):
    def collect(self, view: Keypoints2D) -> None: ...
    def work_ahead(self) -> bool: ...
    def update(self, views: FrameSet) -> Instant: ...


def read_choice(text: str) -> tuple[Choose, str]:
    """What the words after `subject` mean: a number, `x y` in metres on the floor, or nothing for the next person.

    Returns
    -------
    The choice, and how to say it

    Raises
    ------
    ValgusError : neither of them
    """
    words = text.split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if words and (len(numbers) not in (1, 2) or not np.isfinite(numbers).all()):
        raise ValgusError(f"subject {text}: give a person's number, a place on the floor as x y in metres, or nothing")
    if len(numbers) == 2:
        place = np.array(numbers)
        return lambda places: nearest(places, place), f"whoever stands nearest to ({numbers[0]:g}, {numbers[1]:g}) m"
    if len(numbers) == 1:
        wanted = round(numbers[0])
        return lambda places: wanted if wanted in places else None, f"person {wanted}"
    return _next, "the next person"


class SubjectChoice:
    """Gives a reconstructor the subject alone, and takes wishes for another subject.

    Parameters
    ----------
    inner : follows one person
    begin_again : makes it forget the person followed so far
    subject : picks a person out of the views
    tell : receives a line for a person
    """

    def __init__(
        self,
        inner: _Reconstructor,
        begin_again: Callable[[], None],
        subject: LiveSubject,
        tell: Callable[[str], None],
    ) -> None:
        self._inner, self._begin_again, self._subject, self._tell = inner, begin_again, subject, tell
        self._wishes: queue.SimpleQueue[tuple[Choose, str]] = queue.SimpleQueue()

    def ask(self, text: str) -> str:
        """Wish for another subject, from any thread; returns one line about it, raises ValgusError to refuse."""
        choice, said = read_choice(text)
        self._wishes.put((choice, said))
        return f"the subject is to be {said}"

    def collect(self, view: Keypoints2D) -> None:
        """Hand a view on; where others are about, only its set tells who is the subject: it waits for that."""
        if self._subject.is_alone_in(view):
            self._inner.collect(view)

    def work_ahead(self) -> bool:
        """What the inner reconstructor can do before the next set."""
        return self._inner.work_ahead()

    def update(self, views: FrameSet) -> Instant:
        """What the inner reconstructor finds of the subject."""
        while not self._wishes.empty():
            self._grant(*self._wishes.get())
        return self._inner.update(self._subject.pick(views))

    def _grant(self, choice: Choose, said: str) -> None:
        before = self._subject.number
        chosen = self._subject.choose(lambda places: choice(_in_turn(places, before)))
        if chosen is None:
            self._tell(f"{said} is not in view; person {before} stays the subject")
        elif chosen != before:
            self._begin_again()
            self._tell(f"person {chosen} is the subject now")


def _in_turn(places: dict[int, Array], before: int) -> dict[int, Array]:
    """Everybody, those who come after the subject first."""
    return dict(sorted(places.items(), key=lambda item: (item[0] <= before, item[0])))


def _next(places: dict[int, Array]) -> int | None:
    return next(iter(places), None)
