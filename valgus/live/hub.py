"""The hub: receives from every node, groups by capture time, estimates, publishes.

One thread does all of it; answers about the time come from another.  Whoever watches subscribes to the broadcast and
cannot delay what happens here.
"""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, member
from functools import partial
from types import TracebackType
from typing import Self

from capture.clock_service import ClockService
from capture.direct_line import LineEnd
from capture.guard import Guard
from capture.intake import Intake, NodeMessage
from capture.messages import KeypointsMessage, StreamEnd, TagsMessage
from capture.node import HubAddresses, StopSign
from capture.synchronizer import SAME_TIME
from capture.trigger.pulses import TriggeredCameras
from capture.types import FrameSet
from reconstruct.wire import encode_live_frame
from stream.feed.live_event import encode_live_event
from valgus.live.admission import Admission
from valgus.live.attendance import Attendance
from valgus.live.colleagues import Attendant, Nobody, Reconstructor
from valgus.live.estimates import Circumstances
from valgus.live.lock_step import LockStep
from valgus.live.priority import going_first
from valgus.live.publication import Publication
from valgus.live.report import HubReport, Stopwatch, capture_latency_ms, sync_error_ms
from valgus.live.roster import Roster
from valgus.live.rounds import Gathered, Rounds
from valgus.live.tag_pairing import TagPairing
from valgus.live.tally import Tally

ANY_LOCAL_PORT = "tcp://127.0.0.1:0"

_WAIT_S, _SHORTEST_WAIT_S = 0.05, 0.001
_LOOK_INTERVAL_NS = 50_000_000
_BEHIND_NS = 300_000_000
_COMPLAIN_EVERY_NS = 1_000_000_000


class Pace(Enum):
    """How views of several cameras come together."""

    LIVE = Rounds
    """As they come: nobody is waited for longer than usual."""
    TRIGGERED = member(partial(Rounds, width_intervals=SAME_TIME))
    """As they come, of cameras that one pulse exposes: views of one pulse have the same time."""
    LOCK_STEP = LockStep
    """Recordings, whose times have nothing to do with now: every camera is waited for."""


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
    pace : of the cameras
    tell : receives lines for a person: nodes that fall silent or come back, views that cannot be used
    attendant : records, and announces events
    dictionary : of the tags that the subject wears, if any

    Raises
    ------
    CaptureError : an address cannot be used
    """

    def __init__(
        self,
        binding: HubBinding,
        admission: Admission,
        pace: Pace,
        tell: Callable[[str], None],
        attendant: Attendant | None = None,
        dictionary: str | None = None,
    ) -> None:
        cameras = admission.cameras
        self._admission, self._attendant = admission, attendant or Nobody()
        self._triggered = TriggeredCameras() if pace is Pace.TRIGGERED else None
        self._grouping = pace.value(cameras)
        self._tags = TagPairing(cameras, dictionary)
        self._tally, self._roster, self._stopwatch = Tally(), Roster(cameras), Stopwatch()
        self._attendance = Attendance(len(cameras))
        self._recorded = pace is Pace.LOCK_STEP
        self._tell = tell
        self._published = self._instants = self._looked_ns = self._complained_ns = self._refused = 0
        self._behind = False
        self._intake = Intake(binding.messages, guard=binding.guard)
        self._clock = ClockService(binding.clock, guard=binding.guard)
        self._publication = Publication(binding.results)

    @property
    def addresses(self) -> HubAddresses:
        """What nodes need to know."""
        return HubAddresses(self._intake.address, self._clock.address)

    @property
    def results(self) -> str:
        """Address of the broadcast."""
        return self._publication.address

    def direct_line(self) -> LineEnd | str:
        """What a process of this session takes instead of that address, so as to hear of everything sooner."""
        return self._publication.direct_line()

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
        self._publication.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, reconstructor: Reconstructor, finished: Callable[[], bool]) -> HubReport:
        with going_first():
            while not finished():
                self._step(reconstructor)
        self._publish_all(self._grouping.flush(), reconstructor)
        return self._stopwatch.report(self._published, self._tally)

    def _step(self, reconstructor: Reconstructor) -> None:
        message = self._next_message(reconstructor)
        if message is not None:
            self._consume(message, reconstructor)
        else:  # a view that waits in the queue has come, however long the hub took to look
            self._publish_all(self._grouping.overdue(time.monotonic_ns()), reconstructor)
        for event in self._attendant.events():
            self._publication.send(encode_live_event(event))
        now_ns = time.monotonic_ns()
        self._tell_all(self._refusals(now_ns))
        self._miss_the_silent(message, now_ns)

    def _next_message(self, reconstructor: Reconstructor) -> NodeMessage | None:
        """What came first; until it comes, what can be done before it is."""
        while (message := self._intake.receive(0.0)) is None:
            self._stopwatch.nothing_waits(time.monotonic_ns())
            if not reconstructor.work_ahead():
                return self._wait_for_message()
        return message

    def _wait_for_message(self) -> NodeMessage | None:
        self._stopwatch.idle()
        message = self._intake.receive(self._patience_s())
        if message is None:
            self._stopwatch.nothing_waits(time.monotonic_ns())
        return message

    def _patience_s(self) -> float:
        due_ns = self._grouping.due_ns
        if due_ns is None:
            return _WAIT_S
        return min(max(1e-9 * (due_ns - time.monotonic_ns()), _SHORTEST_WAIT_S), _WAIT_S)

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
        self._tell_all(self._roster.heard(message, now_ns))
        arrived_ns = self._stopwatch.arrived(
            message.keypoints.time_ns if isinstance(message, KeypointsMessage) else 0, now_ns
        )
        if isinstance(message, KeypointsMessage):
            self._consume_view(message, arrived_ns, reconstructor)
        elif isinstance(message, StreamEnd):
            self._tally.end(message)
            self._publish_all(self._grouping.end(message.camera), reconstructor)
        elif isinstance(message, TagsMessage):
            self._take_tags(message)

    def _take_tags(self, message: TagsMessage) -> None:
        if self._tags.add(message):
            self._attendant.keep(message)
        else:
            self._tell_all(self._tags.complaints(message))

    def _consume_view(self, message: KeypointsMessage, arrived_ns: int, reconstructor: Reconstructor) -> None:
        if not self._admission.admits(message):
            self._tell_all(self._admission.complaints(message))
            return
        if self._triggered is not None:
            message = replace(message, keypoints=self._triggered.retimed(message.keypoints))
            self._tell_all(self._triggered.news())
        self._tally.add(message)
        self._attendant.keep(message)
        view = message.keypoints
        if self._grouping.is_new(view):
            complete = self._grouping.add(view, arrived_ns)
            self._publish_all(complete, reconstructor)
            if not self._recorded and not any(view is one for gathered in complete for one in gathered.frames.views):
                reconstructor.collect(view)

    def _publish_all(self, complete: Iterable[Gathered], reconstructor: Reconstructor) -> None:
        for gathered in complete:
            self._publish(gathered, reconstructor)

    def _publish(self, gathered: Gathered, reconstructor: Reconstructor) -> None:
        cameras = self._attendance.count(gathered.frames)
        for estimate in reconstructor.update(self._tags.beside(gathered.frames)):
            self._publication.send(
                encode_live_frame(estimate.live_frame(self._circumstances(gathered.frames, cameras)))
            )
            self._stopwatch.published(gathered, time.monotonic_ns())
            self._published += 1
        self._instants += 1

    def _circumstances(self, frames: FrameSet, cameras: int) -> Circumstances:
        latency_ms = math.nan if self._recorded else capture_latency_ms(frames, time.monotonic_ns())
        return Circumstances(self._instants, cameras, latency_ms, sync_error_ms(frames), self._tally.dropped)

    def _tell_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._tell(line)
