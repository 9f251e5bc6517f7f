"""The streams of a session: a process of their own, and one line about each that ends before its time."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from capture.direct_line import LineEnd
from stream.config import StreamConfig
from stream.process import StreamProcess

_LOOK_INTERVAL_S = 0.5


class Outputs:
    """Opens every stream and watches over them until it is closed.

    Parameters
    ----------
    configs : what to stream and where
    line : opens a line from the hub, or tells its address
    tell : receives a line about each stream that ends before its time

    Raises
    ------
    StreamError : one cannot be opened
    """

    def __init__(
        self, configs: Sequence[StreamConfig], line: Callable[[], LineEnd | str], tell: Callable[[str], None]
    ) -> None:
        self._tell = tell
        self._closing = threading.Event()
        self._streams = StreamProcess(configs, line()) if configs else None
        if self._streams is not None:
            watch = threading.Thread(target=self._look, args=(self._streams,), name="valgus outputs", daemon=True)
            watch.start()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        if self._streams is not None:
            self._streams.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _look(self, streams: StreamProcess) -> None:
        while not self._closing.wait(_LOOK_INTERVAL_S):
            for failure in streams.failures():
                self._tell(f"{failure}, the others go on; it comes back with a new session")
            if not streams.alive and not self._closing.is_set():
                self._tell("the streams have ended, the session goes on; they come back with a new one")
                return
