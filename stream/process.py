"""A stream in a process of its own: nothing that happens to it can reach the hub."""

import signal
from collections.abc import Iterator
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

from capture.transport import Subscription
from geometry.errors import InputError
from stream.config import StreamConfig
from stream.errors import StreamError
from stream.feed.sink import Counters, SinkStatus, pump
from stream.open_sink import open_sink

LOOK_UP_S = 0.2
"""How often a stream without messages looks whether it should end."""
START_S, STOP_S = 30.0, 5.0


class StreamProcess:
    """A running stream.

    Parameters
    ----------
    config : what to stream and where
    hub_address : where the hub broadcasts its live frames and events

    Raises
    ------
    StreamError : the stream cannot be opened
    """

    def __init__(self, config: StreamConfig, hub_address: str) -> None:
        self.config = config
        context = get_context("spawn")
        self._counters = Counters()
        self._stopping = context.Event()
        mine, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=run_stream,
            args=(config, hub_address, self._counters, self._stopping, theirs),
            name=f"valgus stream {type(config).__name__}",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._wait_until_open(mine)

    @property
    def pid(self) -> int:
        """Of the stream's process."""
        return self._process.pid or 0

    @property
    def kind(self) -> str:
        """Word that the configuration has for it."""
        return str(self.config.__struct_config__.tag)

    @property
    def alive(self) -> bool:
        """Whether the stream still runs."""
        return self._process.is_alive()

    @property
    def status(self) -> SinkStatus:
        """Its counters as they stand."""
        return self._counters.read()

    def stop(self) -> None:
        """End the stream."""
        self._stopping.set()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _wait_until_open(self, opened: Connection) -> None:
        try:
            complaint = (
                opened.recv_bytes().decode()
                if opened.poll(START_S)
                else f"{self._process.name} does not start; try again"
            )
        except EOFError:
            complaint = f"{self._process.name} ended while it started; try again"
        if complaint:
            self.stop()
            raise StreamError(complaint)


def run_stream(config: StreamConfig, hub_address: str, counters: Counters, stopping: Event, opened: Connection) -> None:
    """What the stream's process does; says "" or a complaint through `opened`."""
    # Control-C reaches the whole group of processes: the parent ends its streams when it is done itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sink, hub = open_sink(config), Subscription(hub_address)
    except InputError as error:
        opened.send_bytes(str(error).encode())
        return
    opened.send_bytes(b"")
    pump(_messages(hub, stopping), sink, counters)
    sink.close()
    hub.close()


def _messages(hub: Subscription, stopping: Event) -> Iterator[bytes]:
    """Messages of the hub until the stream is to stop or its parent is gone."""
    parent = parent_process()
    while not stopping.is_set():
        message = hub.receive(LOOK_UP_S)
        if message is not None:
            yield message
        elif parent is None or not parent.is_alive():
            return
