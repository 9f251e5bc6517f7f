"""What this machine takes for the same hops with nothing in them: the bound that the streams are held to.

Messages of the same size go at the same rate through a pipe to a relay and through pipes of its own to as many
receivers.  Everyone is a process, as the streams and their receivers are, and does nothing else.
"""

import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

from receivers import Arrival

_STOP = b""


class BareChain:
    """A relay and its receivers.

    Parameters
    ----------
    receivers : number of them
    message_bytes : size of every message
    """

    def __init__(self, receivers: int, message_bytes: int) -> None:
        context = get_context("spawn")
        self._padding = bytes(message_bytes - 8)
        source, self._out = context.Pipe(duplex=False)
        ends = [context.Pipe(duplex=False) for _ in range(receivers)]
        results = [context.Pipe(duplex=False) for _ in range(receivers)]
        self._results = [theirs for theirs, _ in results]
        for (end, _), (_, result) in zip(ends, results, strict=True):
            context.Process(target=_receive, args=(end, result), daemon=True).start()
        context.Process(target=_relay, args=(source, [sink for _, sink in ends]), daemon=True).start()
        for result in self._results:
            result.recv()

    def send(self, now_ns: int) -> None:
        """Publish a message."""
        self._out.send_bytes(now_ns.to_bytes(8, "little") + self._padding)

    def finish(self) -> list[Arrival]:
        """All arrivals of all receivers."""
        self._out.send_bytes(_STOP)
        return [arrival for result in self._results for arrival in result.recv()]


def _relay(source: Connection, sinks: Sequence[Connection]) -> None:
    message = b"first"
    while message != _STOP:
        message = source.recv_bytes()
        for sink in sinks:
            sink.send_bytes(message)


def _receive(source: Connection, results: Connection) -> None:
    results.send("ready")
    arrivals: list[Arrival] = []
    while message := source.recv_bytes():
        received_s = time.monotonic()
        arrivals.append(Arrival(int.from_bytes(message[:8], "little") * 1e-9, received_s))
    results.send(arrivals)
