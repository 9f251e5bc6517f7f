"""A watcher's wish that a session follow somebody else, sent to where the session takes commands."""

import time
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from capture.transport import Requester
from stream.commands.command import Command
from stream.commands.zmq import Answer
from viewer.choosing import Chooser, NobodyToAsk

PATIENCE_S = 3.0


class CommandChooser:
    """Asks by ZeroMQ, as any other program would; never waits for the answer."""

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self._asked_s: float | None = None

    def ask(self, subject: int, person: int) -> None:
        """Ask for the person of this number as this subject."""
        self._requester.send(msgspec.json.encode(Command("subject", f"#{subject} {person}")))
        self._asked_s = time.monotonic()

    def answer(self) -> str | None:
        """What the session says, or that it says nothing."""
        if self._asked_s is None:
            return None
        message = self._requester.receive(0.0)
        if message is not None:
            self._asked_s = None
            return _said(message)
        if time.monotonic() - self._asked_s > PATIENCE_S:
            self._asked_s = None
            return f"no answer from {self._requester.address}; is that where the session takes zmq commands?"
        return None


@contextmanager
def chooser_at(address: str | None) -> Generator[Chooser]:
    """Whom to ask at this address; CaptureError where it cannot be one, nobody without it."""
    if address is None:
        yield NobodyToAsk()
        return
    with Requester(address) as requester:
        yield CommandChooser(requester)


def _said(message: bytes) -> str:
    try:
        return msgspec.json.decode(message, type=Answer).said
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "what answers there is no session; give the address of its zmq commands"
