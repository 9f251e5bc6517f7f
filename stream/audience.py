"""Several receivers of one server, each with a bounded buffer of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from stream.errors import StreamError
from stream.loop import Loop, LoopThread

WRITE_BUFFER_BYTES = 1 << 16
"""Of what a receiver has not taken, beside what the operating system keeps: a dozen frames."""

_Receiver = TypeVar("_Receiver")


class Audience(Generic[_Receiver]):
    """The receivers that are connected; whoever has a full buffer misses the message, and that is counted.

    Messages are handed to the operating system at once, without a task or queue in between.

    Parameters
    ----------
    transport : of a receiver
    write : hands a message to a receiver's transport without waiting
    part : takes leave of a receiver, likewise
    """

    def __init__(
        self,
        transport: Callable[[_Receiver], asyncio.WriteTransport],
        write: Callable[[_Receiver, bytes], None],
        part: Callable[[_Receiver], object],
    ) -> None:
        self._transport, self._write, self._part = transport, write, part
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

    def dismiss(self) -> None:
        """Disconnect everybody."""
        for receiver in tuple(self._receivers):
            self._part(receiver)

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


class Server:
    """An address at which an audience gathers.

    Parameters
    ----------
    loop : where it runs; None for a thread of its own
    start : starts to listen
    what : it is, for messages
    audience : of the server

    Raises
    ------
    StreamError : the server does not start, its port being taken for instance
    """

    def __init__(
        self,
        loop: Loop | None,
        start: Coroutine[Any, Any, asyncio.Server],
        what: str,
        audience: Audience[Any],
    ) -> None:
        own = None
        if loop is None:
            loop = own = LoopThread()
        self._loop, self._own, self._audience = loop, own, audience
        try:
            self._listening = self._loop.complete(start)
        except OSError as error:
            self._end_own()
            raise StreamError(f"{what} cannot start: {error.strerror}; choose another address or port") from error

    @property
    def port(self) -> int:
        """The port that is listened on: of use where 0 asked for a free one."""
        return self._listening.sockets[0].getsockname()[1]

    def tell(self, message: bytes) -> None:
        """Send to everybody who has room."""
        self._loop.call(self._audience.tell, message)

    def close(self) -> None:
        """Stop serving and disconnect everybody."""
        self._loop.complete(self._farewell())
        self._end_own()

    async def _farewell(self) -> None:
        self._listening.close()
        self._audience.dismiss()
        await asyncio.sleep(0)  # what takes leave has its turn

    def _end_own(self) -> None:
        if self._own is not None:
            self._own.close()
