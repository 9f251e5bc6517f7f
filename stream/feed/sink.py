"""What all streams have in common: frames and events in, and an honest count of what got lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import RawArray
from typing import Protocol

from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from stream.errors import StreamError
from stream.feed import live_event
from stream.feed.clocks import latency_ms
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

    def sent(self, lost: int, refused: int, latency_ms: float) -> None:
        """Count a frame that was sent; only the stream's process does this."""
        numbers = self._numbers
        numbers[0] += 1
        numbers[1], numbers[2], numbers[4] = lost, refused, latency_ms

    def rejected(self, messages: int) -> None:
        """Note how many messages could not be decoded."""
        self._numbers[3] = messages

    def read(self) -> SinkStatus:
        """The numbers as they stand."""
        sent, lost, refused, rejected, latency_ms = self._numbers
        return SinkStatus(int(sent), int(lost), int(refused), int(rejected), latency_ms)


@dataclass(frozen=True)
class Outlet:
    """An open stream, where its numbers are kept, and which subject it is about."""

    sink: Sink
    counters: Counters
    subject: int = 1


class Pump:
    """Hands every event of the hub to every sink, and every frame to those about its subject.

    A sink that fails is left out from then on, and told of by its place, once; the others go on.
    """

    def __init__(self, outlets: Sequence[Outlet], tell_failure: Callable[[int, Exception], None]) -> None:
        self._working, self._tell_failure = dict(enumerate(outlets)), tell_failure
        self._rejected = 0
        self._lost, self._expected = Counter[int](), dict[int, int]()

    def take(self, message: bytes) -> None:
        """Send what the hub's message says."""
        try:
            what = decode_live_event(message) if message[:4] == live_event.MAGIC else decode_live_frame(message)
        except (StreamError, ReconstructError):
            self._rejected += 1
            for outlet in self._working.values():
                outlet.counters.rejected(self._rejected)
            return
        if isinstance(what, LiveFrame):
            self._count_lost(what)
        self._send(what)

    def _count_lost(self, frame: LiveFrame) -> None:
        """A lower number than before is a hub that started anew, not a loss."""
        self._lost[frame.subject] += max(0, frame.sequence - self._expected.get(frame.subject, frame.sequence))
        self._expected[frame.subject] = frame.sequence + 1

    def _send(self, what: LiveFrame | LiveEvent) -> None:
        failed: list[int] = []
        for place, outlet in self._working.items():
            try:
                self._send_to(outlet, what)
            except Exception as failure:
                self._tell_failure(place, failure)
                failed.append(place)
        for place in failed:
            del self._working[place]

    def _send_to(self, outlet: Outlet, what: LiveFrame | LiveEvent) -> None:
        if isinstance(what, LiveEvent):
            outlet.sink.send_event(what)
        elif what.subject == outlet.subject:
            lost = self._lost[outlet.subject]
            outlet.sink.send_frame(what, lost)
            outlet.counters.sent(lost, outlet.sink.refused, latency_ms(what.points.time_ns))
