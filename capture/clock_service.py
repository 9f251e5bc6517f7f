"""The hub's clock for everybody who asks: a thread of its own, so that answers never wait for the core."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from capture.errors import CaptureError
from capture.guard import Guard
from capture.messages import ClockReply, ClockRequest
from capture.transport import Answerer
from capture.wire import decode, encode

_WAIT_S = 0.1


class ClockService:
    """Answers clock requests at an address until it is closed.

    Raises
    ------
    CaptureError : the address cannot be used
    """

    def __init__(self, address: str, clock: Callable[[], int] = time.monotonic_ns, guard: Guard | None = None) -> None:
        self._clock = clock
        self._hub_start_ns = clock()
        self._answerer = Answerer(address, guard)
        self.address = self._answerer.address
        self.refused = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="valgus clock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self) -> None:
        with self._answerer:
            while not self._stop.is_set():
                question = self._answerer.receive(_WAIT_S)
                if question is not None:
                    self._answer(*question, received_ns=self._clock())

    def _answer(self, asker: bytes, content: bytes, received_ns: int) -> None:
        try:
            request = decode(content)
        except CaptureError:
            self.refused += 1
            return
        if not isinstance(request, ClockRequest):
            self.refused += 1
            return
        reply = ClockReply(request.sent_ns, received_ns, self._clock(), self._hub_start_ns)
        self._answerer.send(asker, encode(reply))
