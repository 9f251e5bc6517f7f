"""Several receivers of one server, each with a bounded buffer of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from stream.errors import StreamError

WRITE_BUFFER_BYTES = 1 << 16
"""Of what a receiver has not taken, beside what the operating system keeps: a dozen frames."""
TIMEOUT_S = 10.0

_Receiver = TypeVar("_Receiver")


class Audience(Generic[_Receiver]):
    """The receivers that are connected; whoever has a full buffer misses the message, and that is counted.

    Messages are handed to the operating system at once, without a task or queue in between.

    Parameters
    ----------
    transport : of a receiver
    write : hands a message to a receiver's transport without waiting
    """

    def __init__(
        self,
        transport: Callable[[_Receiver], asyncio.WriteTransport],
        write: Callable[[_Receiver, bytes], None],
    ) -> None:
        self._transport, self._write = transport, write
        self._receivers: set[_Receiver] = set()
        self._refused = 0

    @property
    def refused(self) -> int:
        """Messages that receivers were too slow for, all receivers together."""
        return self._refused

    def join(self, receiver: _Receiver) -> None:
        """Send to this receiver from now on."""
        self._receivers.add(receiver)

    def leave(self, receiver: _Receiver) -> None:
        """Forget a receiver."""
        self._receivers.discard(receiver)

    def tell(self, message: bytes) -> None:
        """Send to everybody who has room."""
        for receiver in tuple(self._receivers):
            transport = self._transport(receiver)
            if transport.is_closing():
                self.leave(receiver)
            elif transport.get_write_buffer_size() > WRITE_BUFFER_BYTES:
                self._refused += 1
            else:
                self._write(receiver, message)


class ServerThread:
    """An asyncio loop in a thread of its own, so that no receiver is ever waited for.

    Raises
    ------
    StreamError : the server does not start, its port being taken for instance
    """

    def __init__(self, start: Coroutine[Any, Any, asyncio.Server], what: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=what, daemon=True)
        self._thread.start()
        try:
            self.server = asyncio.run_coroutine_threadsafe(start, self._loop).result(TIMEOUT_S)
        except OSError as error:
            self._stop_loop()
            raise StreamError(f"{what} cannot start: {error.strerror}; choose another address or port") from error

    def call(self, function: Any, *arguments: Any) -> None:
        """Have the loop call a function soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Stop serving, disconnect everybody and end the thread."""
        asyncio.run_coroutine_threadsafe(self._farewell(), self._loop).result(TIMEOUT_S)
        self._stop_loop()

    async def _farewell(self) -> None:
        self.server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()
