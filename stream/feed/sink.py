"""What every stream has in common: frames and events in, and an honest count of what got lost."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import RawArray
from typing import Protocol

from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from stream.errors import StreamError
from stream.feed import live_event
from stream.feed.live_event import LiveEvent, decode_live_event


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """How a stream is doing since its start.

    Attributes
    ----------
    sent : frames handed to the network
    lost : frames that the hub published and that never arrived here: this stream was too slow for them
    refused : frames that single receivers were too slow for, all receivers together
    rejected : messages that could not be decoded
    latency_ms : from capture to sending, last frame
    """

    sent: int
    lost: int
    refused: int
    rejected: int
    latency_ms: float


class Sink(Protocol):
    """A stream to other programs.  Its methods are called by one thread and return at once, whatever receivers do."""

    @property
    def refused(self) -> int:
        """Frames that single receivers were too slow for."""
        ...

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send an estimate; `lost` is how many were lost on the way from the hub since the start."""
        ...

    def send_event(self, event: LiveEvent) -> None:
        """Send an event."""
        ...

    def close(self) -> None:
        """Let go of sockets and threads."""
        ...


class Counters:
    """Numbers of a stream in memory that its own process writes and the parent reads."""

    def __init__(self) -> None:
        self._numbers = RawArray("d", 5)

    def write(self, status: SinkStatus) -> None:
        """Set all numbers; only the stream's process does this."""
        self._numbers[:] = [status.sent, status.lost, status.refused, status.rejected, status.latency_ms]

    def read(self) -> SinkStatus:
        """The numbers as they stand."""
        sent, lost, refused, rejected, latency_ms = self._numbers
        return SinkStatus(int(sent), int(lost), int(refused), int(rejected), latency_ms)


def pump(messages: Iterable[bytes], sink: Sink, counters: Counters) -> None:
    """Hand every message of the hub to the sink until there are no more."""
    sent = lost = rejected = 0
    latency_ms = 0.0
    expected: int | None = None
    for message in messages:
        try:
            if message[:4] == live_event.MAGIC:
                sink.send_event(decode_live_event(message))
                continue
            frame = decode_live_frame(message)
        except (StreamError, ReconstructError):
            rejected += 1
            continue
        # A lower number than before is a hub that started anew, not a loss.
        lost += max(0, frame.sequence - expected) if expected is not None else 0
        expected = frame.sequence + 1
        sink.send_frame(frame, lost)
        sent += 1
        latency_ms = (time.monotonic_ns() - frame.points.time_ns) * 1e-6
        counters.write(SinkStatus(sent, lost, sink.refused, rejected, latency_ms))
