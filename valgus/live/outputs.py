"""The streams of a session: processes of their own, and one line about each that ends before its time."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from stream.config import StreamConfig
from stream.process import StreamProcess

_LOOK_INTERVAL_S = 0.5


class Outputs:
    """Opens every stream and watches over them until it is closed.

    Raises
    ------
    StreamError : one cannot be opened
    """

    def __init__(self, configs: Sequence[StreamConfig], results: str, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._streams: list[StreamProcess] = []
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._look, name="valgus outputs", daemon=True)
        try:
            for config in configs:
                self._streams.append(StreamProcess(config, results))
        except BaseException:
            self.close()
            raise
        self._watch.start()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for stream in self._streams:
            stream.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _look(self) -> None:
        alive = list(self._streams)
        while not self._closing.wait(_LOOK_INTERVAL_S):
            for stream in [stream for stream in alive if not stream.alive]:
                alive.remove(stream)
                self._tell(f"stream '{stream.kind}' has ended, the others go on; it comes back with a new session")
