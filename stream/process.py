"""Streams in a process of their own: nothing that happens to them can reach the hub.

All streams of a session share one process, which decodes every message once: five processes that wake up for every
frame take twice as much of a computer that also estimates.
"""

import gc
import signal
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

from capture.direct_line import LineEnd
from capture.transport import Subscription
from geometry.errors import InputError
from stream.config import StreamConfig
from stream.errors import StreamError
from stream.feed.sink import Counters, Outlet, Pump, SinkStatus
from stream.loop import OwnLoop
from stream.open_sink import open_sink

LOOK_UP_S = 0.2
"""How often streams look whether they should end."""
START_S, STOP_S = 30.0, 5.0


class StreamProcess:
    """Running streams.

    Parameters
    ----------
    configs : what to stream and where
    hub : a direct line to it, which this process takes over, or where it broadcasts its live frames and events

    Raises
    ------
    StreamError : one of the streams cannot be opened
    """

    def __init__(self, configs: Sequence[StreamConfig], hub: LineEnd | str) -> None:
        self.configs = tuple(configs)
        context = get_context("spawn")
        self._counters = [Counters() for _ in configs]
        self._stopping = context.Event()
        self._news, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=run_streams,
            args=(self.configs, hub, self._counters, self._stopping, theirs),
            name="valgus streams",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        if isinstance(hub, LineEnd):
            hub.close()
        self._wait_until_open()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    @property
    def statuses(self) -> tuple[SinkStatus, ...]:
        """The counters of every stream as they stand."""
        return tuple(counters.read() for counters in self._counters)

    def failures(self) -> list[str]:
        """One line about each stream that has failed since the last time."""
        lines: list[str] = []
        try:
            while self._news.poll():
                lines.append(self._news.recv_bytes().decode())
        except EOFError:
            pass
        return lines

    def stop(self) -> None:
        """End all streams."""
        self._stopping.set()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _wait_until_open(self) -> None:
        try:
            complaint = (
                self._news.recv_bytes().decode()
                if self._news.poll(START_S)
                else f"{self._process.name} do not start; try again"
            )
        except EOFError:
            complaint = f"{self._process.name} ended while they started; try again"
        if complaint:
            self.stop()
            raise StreamError(complaint)


def run_streams(
    configs: Sequence[StreamConfig],
    hub: LineEnd | str,
    counters: Sequence[Counters],
    stopping: Event,
    news: Connection,
) -> None:
    """What the process does; says "" or a complaint through `news`, later a line for each stream that fails."""
    # Control-C reaches the whole group of processes: the parent ends its streams when it is done itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outlets: list[Outlet] = []
    loop = OwnLoop()

    def tell_failure(place: int, failure: Exception) -> None:
        kind = configs[place].__struct_config__.tag
        news.send_bytes(f"stream '{kind}' has failed ({type(failure).__name__}: {failure})".encode())

    try:
        for config, numbers in zip(configs, counters, strict=True):
            outlets.append(Outlet(open_sink(config, loop), numbers, config.subject))
        source = Subscription(hub) if isinstance(hub, str) else hub
    except InputError as error:
        news.send_bytes(str(error).encode())
        _close(outlets)
        return
    gc.freeze()  # what is loaded by now stays
    news.send_bytes(b"")
    loop.feed(source, Pump(outlets, tell_failure).take, partial(_is_over, stopping), LOOK_UP_S)
    _close(outlets)
    loop.close()
    source.close()


def _is_over(stopping: Event) -> bool:
    """Whether the streams are to stop, or their parent is gone."""
    parent = parent_process()
    return stopping.is_set() or parent is None or not parent.is_alive()


def _close(outlets: Sequence[Outlet]) -> None:
    for outlet in outlets:
        outlet.sink.close()
