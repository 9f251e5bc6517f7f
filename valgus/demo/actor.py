"""A process of its own and the pipe to it."""

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from valgus.errors import ValgusError

SPAWN = multiprocessing.get_context("spawn")
"""Fresh interpreters: a fork would copy threads and sockets in whatever state they are."""

_START_TIMEOUT_S = 180.0
_END_TIMEOUT_S = 5.0


class Actor:
    """Runs `target(*arguments)` with the other end of a pipe as its argument named `parent`."""

    def __init__(self, name: str, target: Callable[..., None], **arguments: Any) -> None:
        self.name = name
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=target, name=name, kwargs={**arguments, "parent": theirs}, daemon=True)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    @property
    def failed(self) -> bool:
        """Whether the process ended other than by finishing its work."""
        return self._process.exitcode not in (None, 0)

    def first_word(self, kind: type[Any]) -> Any:
        """Wait for the message that says the process is ready; raises ValgusError when it does not come."""
        with suppress(EOFError):
            if self._pipe.poll(_START_TIMEOUT_S) and isinstance(word := self._pipe.recv(), kind):
                return word
        raise ValgusError(f"{self.name} did not start; `valgus doctor` says whether this machine is ready")

    def words(self) -> list[Any]:
        """Everything it has said since the last time."""
        words: list[Any] = []
        with suppress(EOFError):
            while self._pipe.poll():
                words.append(self._pipe.recv())
        return words

    def say(self, word: Any) -> None:
        """Send something; a process that is gone misses it."""
        with suppress(BrokenPipeError):
            self._pipe.send(word)

    def kill(self) -> None:
        """End it in the middle of what it does, as a power cut would."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """Wait for it to end, and end it when it does not."""
        self._process.join(_END_TIMEOUT_S)
        if self.alive:
            self.kill()
        self._pipe.close()
