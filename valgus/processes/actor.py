"""A process of its own and the pipe to it."""

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from valgus.errors import ValgusError
from valgus.processes.child import Trouble, act
from valgus.processes.child_environment import one_thread_each

SPAWN = multiprocessing.get_context("spawn")
"""Fresh interpreters: a fork would copy threads and sockets in whatever state they are."""

_PATIENCE_S = 0.5
_END_TIMEOUT_S = 5.0


class Actor:
    """Runs `target(*arguments)` with the other end of a pipe as its argument named `parent`."""

    def __init__(self, title: str, target: Callable[..., None], **arguments: Any) -> None:
        self.title = title
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=act, name=title, args=(target, arguments, theirs), daemon=True)
        with one_thread_each():
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

    def first_word(self, kind: type[Any], tell: Callable[[str], None] | None = None) -> Any:
        """Wait for the message that says the process is ready; raises ValgusError when it dies before.

        Lines of text that come earlier go to `tell`, or nowhere without one.  The wait has no limit: a first start
        compiles, and how long that takes is the machine's business.
        """
        word = None
        with suppress(EOFError):
            while word is None and (self.alive or self._pipe.poll()):
                word = self._pipe.recv() if self._pipe.poll(_PATIENCE_S) else None
                if isinstance(word, str) and kind is not str:
                    if tell is not None:
                        tell(word)
                    word = None
        if isinstance(word, kind):
            return word
        reason = word.message if isinstance(word, Trouble) else "see `valgus doctor`"
        raise ValgusError(f"{self.title} did not start: {reason}")

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
