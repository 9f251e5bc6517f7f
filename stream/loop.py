"""Where servers wait for their receivers: an event loop of the thread that made it, or of a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar, TypeVarTuple

TIMEOUT_S = 10.0
MOST_AT_ONCE = 100
"""Messages taken before receivers are looked after."""

_Result = TypeVar("_Result")
_Arguments = TypeVarTuple("_Arguments")


class Loop(Protocol):
    """Runs servers."""

    def complete(self, task: Coroutine[Any, Any, _Result]) -> _Result:
        """Result of a coroutine, once it is done."""
        ...

    def call(self, function: Callable[[*_Arguments], object], *arguments: *_Arguments) -> None:
        """Call a function where the servers run."""
        ...


class Source(Protocol):
    """Where messages come from."""

    def fileno(self) -> int:
        """What becomes readable when messages come."""
        ...

    def receive(self, timeout_s: float) -> bytes | None:
        """Next message, or None when none comes in time; EOFError where none will ever come."""
        ...


class OwnLoop:
    """The loop of this very thread: what it calls is done at once, and what is sent is sent without waking anybody."""

    def __init__(self) -> None:
        self._loop = asyncio.SelectorEventLoop()  # the only kind that can watch sockets on every system

    def complete(self, task: Coroutine[Any, Any, _Result]) -> _Result:
        """Result of a coroutine, once it is done."""
        return self._loop.run_until_complete(task)

    def call(self, function: Callable[[*_Arguments], object], *arguments: *_Arguments) -> None:
        """Call a function."""
        function(*arguments)

    def feed(self, source: Source, take: Callable[[bytes], object], done: Callable[[], bool], look_s: float) -> None:
        """Take all messages of a source, as they come, until `done`, which is asked every `look_s`."""

        def read() -> None:
            try:
                if not _take_some(source, take):
                    self._loop.call_soon(read)
            except EOFError:
                self._loop.remove_reader(source.fileno())

        def look() -> None:
            if done():
                self._loop.stop()
            else:
                self._loop.call_later(look_s, look)

        self._loop.add_reader(source.fileno(), read)
        self._loop.call_soon(read)
        look()
        self._loop.run_forever()
        self._loop.remove_reader(source.fileno())

    def close(self) -> None:
        """Disconnect everybody who is left and end."""
        self.complete(_cancel_others())
        self._loop.close()


class LoopThread:
    """A loop in a thread of its own, for programs that have other things to do."""

    def __init__(self) -> None:
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="valgus servers", daemon=True)
        self._thread.start()

    def complete(self, task: Coroutine[Any, Any, _Result]) -> _Result:
        """Result of a coroutine, once it is done."""
        return asyncio.run_coroutine_threadsafe(task, self._loop).result(TIMEOUT_S)

    def call(self, function: Callable[[*_Arguments], object], *arguments: *_Arguments) -> None:
        """Have the thread call a function soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Disconnect everybody who is left and end the thread."""
        self.complete(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()


def _take_some(source: Source, take: Callable[[bytes], object]) -> bool:
    """Take what has come; False where more may wait, as some sources tell of messages only once."""
    for _ in range(MOST_AT_ONCE):
        message = source.receive(0.0)
        if message is None:
            return True
        take(message)
    return False


async def _cancel_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
