"""What all streams have in common: frames and events in, and an honest count of what got lost."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import RawArray
from typing import Protocol, TypeVar

from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from stream.errors import StreamError
from stream.feed import live_event
from stream.feed.clocks import latency_ms
from stream.feed.live_event import LiveEvent, decode_live_event

_Result = TypeVar("_Result")


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

    def prepare_frame(self, frame: LiveFrame, lost: int) -> Callable[[], object]:
        """Write an estimate down in this stream's form; the call that is returned sends it.

        `lost` is how many were lost on the way from the hub since the start.
        """
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

    All write a frame down before the first sends it: whoever that wakes may want the core that the others still need.
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
        meant = {place: outlet for place, outlet in self._working.items() if _is_about(what, outlet)}
        prepare = {
            place: partial(_prepared, what, outlet, self._lost[outlet.subject]) for place, outlet in meant.items()
        }
        send = _what_works(prepare, self._tell_failure)
        sent = _what_works(send, self._tell_failure)
        if len(sent) < len(meant):
            self._working = {
                place: outlet for place, outlet in self._working.items() if place in sent or place not in meant
            }


def _is_about(what: LiveFrame | LiveEvent, outlet: Outlet) -> bool:
    return isinstance(what, LiveEvent) or what.subject == outlet.subject


def _prepared(what: LiveFrame | LiveEvent, outlet: Outlet, lost: int) -> Callable[[], None]:
    if isinstance(what, LiveEvent):
        return partial(outlet.sink.send_event, what)
    return partial(_send, what, outlet, lost, outlet.sink.prepare_frame(what, lost))


def _send(frame: LiveFrame, outlet: Outlet, lost: int, send: Callable[[], object]) -> None:
    send()
    outlet.counters.sent(lost, outlet.sink.refused, latency_ms(frame.points.time_ns))


def _what_works(
    calls: Mapping[int, Callable[[], _Result]], tell_failure: Callable[[int, Exception], None]
) -> dict[int, _Result]:
    """Results by place of the calls that do not fail."""
    results: dict[int, _Result] = {}
    for place, call in calls.items():
        try:
            results[place] = call()
        except Exception as failure:
            tell_failure(place, failure)
    return results
