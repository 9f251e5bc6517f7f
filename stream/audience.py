"""Several receivers of one server, each with a short queue of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from stream.errors import StreamError

QUEUE_LENGTH = 8
TIMEOUT_S = 10.0


class Audience:
    """Queues of the receivers that are connected; a full queue loses its oldest message, and that is counted."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes]] = set()
        self._refused = 0

    @property
    def refused(self) -> int:
        """Messages that receivers were too slow for, all receivers together."""
        return self._refused

    def join(self) -> asyncio.Queue[bytes]:
        """Queue of a new receiver."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LENGTH)
        self._queues.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[bytes]) -> None:
        """Forget a receiver."""
        self._queues.discard(queue)

    def tell(self, message: bytes) -> None:
        """Queue a message for everybody."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
                self._refused += 1
            queue.put_nowait(message)


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
