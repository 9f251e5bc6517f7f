"""The hub: receives from every node, groups by capture time, estimates, publishes.

One thread does all of it; answers about the time come from another.  Whoever watches subscribes to the broadcast and
cannot delay what happens here.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol, Self

from capture.clock_service import ClockService
from capture.guard import Guard
from capture.intake import Intake, NodeMessage
from capture.messages import KeypointsMessage, StreamEnd
from capture.node import HubAddresses, StopSign
from capture.synchronizer import OUT_OF_PHASE, SAME_TIME, Synchronizer
from capture.transport import Broadcast
from capture.trigger.pulses import TriggeredCameras
from capture.types import FrameSet
from reconstruct.live import Instant
from reconstruct.types import LiveFrame
from reconstruct.wire import encode_live_frame
from stream.feed.live_event import LiveEvent, encode_live_event
from valgus.live.admission import Admission
from valgus.live.attendance import Attendance
from valgus.live.report import HubReport, Stopwatch, capture_latency_ms, sync_error_ms
from valgus.live.roster import Roster
from valgus.live.tally import Tally

ANY_LOCAL_PORT = "tcp://127.0.0.1:0"

_WAIT_S = 0.05
_LOOK_INTERVAL_NS = 50_000_000
_BEHIND_NS = 300_000_000
_COMPLAIN_EVERY_NS = 1_000_000_000


class Reconstructor(Protocol):
    """What turns sets of views into bodies."""

    def update(self, views: FrameSet) -> Instant:
        """Points and angles from the views of one instant."""
        ...


class Attendant(Protocol):
    """Who keeps what arrives and knows what else is to be published; its methods return at once."""

    def keep(self, message: KeypointsMessage) -> None:
        """Keep a message that is used."""
        ...

    def events(self) -> Iterable[LiveEvent]:
        """What has happened since the last time."""
        ...


class _Nobody:
    def keep(self, message: KeypointsMessage) -> None:
        pass

    def events(self) -> Iterable[LiveEvent]:
        return ()


@dataclass(frozen=True)
class HubBinding:
    """Addresses to listen and publish at; `guard` decides who may connect from other computers."""

    messages: str = ANY_LOCAL_PORT
    clock: str = ANY_LOCAL_PORT
    results: str = ANY_LOCAL_PORT
    guard: Guard | None = None


class Hub:
    """One session's core.

    Parameters
    ----------
    binding : where to listen and publish
    admission : of the rig's cameras
    wait_intervals : how many frame intervals a set waits for a missing view; infinite for recordings in
        lock-step, whose times have nothing to do with now
    tell : receives lines for a person: nodes that fall silent or come back, views that cannot be used
    attendant : records, and announces events
    triggered : gives views the times of their pulses where one trigger exposes all cameras

    Raises
    ------
    CaptureError : an address cannot be used
    """

    def __init__(
        self,
        binding: HubBinding,
        admission: Admission,
        wait_intervals: float,
        tell: Callable[[str], None],
        attendant: Attendant | None = None,
        triggered: TriggeredCameras | None = None,
    ) -> None:
        cameras = admission.cameras
        self._admission, self._attendant, self._triggered = admission, attendant or _Nobody(), triggered
        self._synchronizer = Synchronizer(cameras, wait_intervals, SAME_TIME if triggered else OUT_OF_PHASE)
        self._tally, self._roster, self._stopwatch = Tally(), Roster(cameras), Stopwatch()
        self._attendance = Attendance(len(cameras))
        self._recorded = math.isinf(wait_intervals)
        self._tell = tell
        self._published = self._looked_ns = self._complained_ns = self._refused = 0
        self._behind = False
        self._intake = Intake(binding.messages, guard=binding.guard)
        self._clock = ClockService(binding.clock, guard=binding.guard)
        self._broadcast = Broadcast(binding.results)

    @property
    def addresses(self) -> HubAddresses:
        """What nodes need to know."""
        return HubAddresses(self._intake.address, self._clock.address)

    @property
    def results(self) -> str:
        """Address of the broadcast."""
        return self._broadcast.address

    def run(self, reconstructor: Reconstructor, stop: StopSign) -> HubReport:
        """Work until `stop` is set; what arrived before is too old to be worth anything."""
        while self._intake.receive(0.0) is not None:
            pass
        return self._run(reconstructor, stop.is_set)

    def run_until_cameras_end(self, reconstructor: Reconstructor, stop: StopSign) -> HubReport:
        """Work until every camera has ended or `stop` is set."""
        return self._run(reconstructor, lambda: stop.is_set() or self._roster.all_finished)

    def close(self) -> None:
        """Let go of every address."""
        self._intake.close()
        self._clock.close()
        self._broadcast.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, reconstructor: Reconstructor, finished: Callable[[], bool]) -> HubReport:
        while not finished():
            message = self._intake.receive(0.0) or self._wait_for_message()
            if message is not None:
                self._consume(message, reconstructor)
            for event in self._attendant.events():
                self._broadcast.send(encode_live_event(event))
            now_ns = time.monotonic_ns()
            self._tell_all(self._refusals(now_ns))
            self._miss_the_silent(message, now_ns)
        for frames in self._synchronizer.flush():
            self._publish(frames, reconstructor)
        return self._stopwatch.report(self._published, self._tally)

    def _wait_for_message(self) -> NodeMessage | None:
        self._stopwatch.idle()
        return self._intake.receive(_WAIT_S)

    def _refusals(self, now_ns: int) -> tuple[str, ...]:
        """Why messages were refused, the latest of every second; whoever floods the hub must not flood its user."""
        refused = self._intake.refused
        if refused == self._refused or now_ns - self._complained_ns < _COMPLAIN_EVERY_NS:
            return ()
        since, self._refused, self._complained_ns = refused - self._refused, refused, now_ns
        return (f"refused {since} message(s), the last one: {self._intake.last_refusal}",)

    def _miss_the_silent(self, last: NodeMessage | None, now_ns: int) -> None:
        """Look who is silent, unless the hub itself is behind: then the message that is missed may be in the queue.

        Recordings are waited for, however long a detector takes.
        """
        if self._recorded:
            return
        if last is None:
            self._behind = False
        elif isinstance(last, KeypointsMessage):
            self._behind = now_ns - last.keypoints.time_ns > _BEHIND_NS
        if not self._behind and now_ns - self._looked_ns > _LOOK_INTERVAL_NS:
            self._looked_ns = now_ns
            self._tell_all(self._roster.overdue(now_ns))

    def _consume(self, message: NodeMessage, reconstructor: Reconstructor) -> None:
        now_ns = time.monotonic_ns()
        self._stopwatch.arrived(message.keypoints.time_ns if isinstance(message, KeypointsMessage) else 0, now_ns)
        self._tell_all(self._roster.heard(message, now_ns))
        for frames in self._sets_completed_by(message):
            self._publish(frames, reconstructor)

    def _sets_completed_by(self, message: NodeMessage) -> Sequence[FrameSet]:
        if isinstance(message, KeypointsMessage):
            return self._sets_completed_by_view(message)
        if isinstance(message, StreamEnd):
            self._tally.end(message)
            return self._synchronizer.end(message.camera)
        return ()

    def _sets_completed_by_view(self, message: KeypointsMessage) -> Sequence[FrameSet]:
        if not self._admission.admits(message):
            self._tell_all(self._admission.complaints(message))
            return ()
        if self._triggered is not None:
            message = replace(message, keypoints=self._triggered.retimed(message.keypoints))
            self._tell_all(self._triggered.news())
        self._tally.add(message)
        self._attendant.keep(message)
        return self._synchronizer.add(message.keypoints)

    def _publish(self, frames: FrameSet, reconstructor: Reconstructor) -> None:
        instant = reconstructor.update(frames)
        frame = LiveFrame(
            sequence=self._published,
            points=instant.points,
            angles=instant.angles,
            views=self._attendance.count(frames),
            latency_ms=math.nan if self._recorded else capture_latency_ms(frames, time.monotonic_ns()),
            sync_error_ms=sync_error_ms(frames),
            dropped=self._tally.dropped,
            lagged=instant.lagged,
        )
        self._broadcast.send(encode_live_frame(frame))
        self._stopwatch.published(time.monotonic_ns())
        self._published += 1

    def _tell_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._tell(line)
