"""One command of another program, and how its words are read."""

import time
from collections.abc import Callable
from typing import Annotated, Literal, cast, get_args

import msgspec

from stream.errors import StreamError

Verb = Literal["start", "stop", "mark", "subject"]
Text = Annotated[str, msgspec.Meta(max_length=200)]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do and when it was asked for.

    Attributes
    ----------
    command : `start` and `stop` a recording, `mark` the moment, or say who of several people is the `subject`
    text : name of the trial, what the mark says, or the person: a number, a place on the floor `x y` in metres; `#2` in
        front where the second of several subjects is meant
    time_ns : moment meant, hub clock; the time of arrival where the sender gives none
    """

    command: Verb
    text: Text = ""
    time_ns: int = 0


Handler = Callable[[Command], str]
"""What the hub does with a command; returns one line for the sender, raises InputError to refuse."""


def spoken(words: str, time_ns: int | None = None) -> Command:
    """Command of a line such as `mark left knee`.

    Raises
    ------
    StreamError : the first word is no command
    """
    verb, _, text = words.strip().partition(" ")
    if verb not in get_args(Verb):
        raise StreamError(f"command '{verb[:40]}' is unknown; choose one of {', '.join(get_args(Verb))}")
    return Command(cast(Verb, verb), text.strip()[:200], time.monotonic_ns() if time_ns is None else time_ns)
