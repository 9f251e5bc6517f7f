"""From a click to whose angles are shown, or to a wish that somebody else be followed."""

from collections.abc import Sequence
from typing import Protocol

from numpy.typing import ArrayLike

from reconstruct.types import Bystander, LiveFrame
from viewer.company import bystander_segments, subject_segments
from viewer.picking import picked
from viewer.screen_quads import Screen

_REMEDY = "to follow somebody else, give --commands the address of the session's zmq commands"


class Chooser(Protocol):
    """Whom a watcher asks to follow somebody else; both methods return at once."""

    def ask(self, subject: int, person: int) -> None:
        """Wish that this subject be the person of this number."""
        ...

    def answer(self) -> str | None:
        """What has been answered since the last time, for a person."""
        ...


class NobodyToAsk:
    """Where nobody can be asked to follow somebody else: a click on a stranger says how it would be possible."""

    def __init__(self) -> None:
        self._said: str | None = None

    def ask(self, subject: int, person: int) -> None:
        """Remember to say why nothing happens."""
        self._said = _REMEDY

    def answer(self) -> str | None:
        """The remedy, once for every click."""
        said, self._said = self._said, None
        return said


def pointed_at(screen: Screen, at_px: ArrayLike, subjects: Sequence[LiveFrame]) -> LiveFrame | Bystander | None:
    """Whom a watcher means who clicks at `at_px` (2,): one of the subjects, or somebody else in view; or nobody."""
    others = [other for frame in subjects[:1] for other in frame.others]
    things = [*map(subject_segments, subjects), *map(bystander_segments, others)]
    found = picked(screen, at_px, things)
    return None if found is None else [*subjects, *others][found]
