"""What leaves the system over ZeroMQ and WebSocket: one JSON or msgpack object per frame and per event.

The schema of these objects is published in docs/schemas/; a change of meaning raises `VERSION`.
"""

from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.feed.clocks import latency_ms, unix_time_s
from stream.feed.live_event import LiveEvent
from stream.feed.shared_numbers import angles_deg, point_errors_m

VERSION: Literal[1] = 1
_JSON, _MSGPACK = msgspec.json.Encoder(), msgspec.msgpack.Encoder()
ObservabilityWord = Literal["prior", "partial", "measured"]
WORDS: tuple[ObservabilityWord, ...] = ("prior", "partial", "measured")
"""By the code of `reconstruct.types.Observability`."""


class AnglePacket(msgspec.Struct, frozen=True):
    """One angle."""

    deg: Annotated[float | None, Meta(description="degrees; null where unknown")]
    se_deg: Annotated[float | None, Meta(description="standard error, degrees; null where unknown")]
    obs: Annotated[ObservabilityWord, Meta(description="how much of the value is this trial's data")]


class PointPacket(msgspec.Struct, frozen=True):
    """One point of the body."""

    xyz_m: Annotated[
        tuple[float, float, float] | None, Meta(description="metres, right-handed world, Z up; null where unknown")
    ]
    se_m: Annotated[float | None, Meta(description="standard error, root mean square over the axes, metres")]
    views: Annotated[int, Meta(description="number of cameras used")]


class FramePacket(msgspec.Struct, frozen=True, tag="frame", tag_field="type"):
    """One estimate."""

    version: Annotated[Literal[1], Meta(description="of this format")]
    sequence: Annotated[int, Meta(description="running number of the hub's estimates")]
    time_ns: Annotated[int, Meta(description="capture, hub's monotonic clock, nanoseconds")]
    unix_time_s: Annotated[float, Meta(description="capture, hub's wall clock, seconds since 1970")]
    latency_ms: Annotated[float, Meta(description="from capture to writing this frame down, measured by the streams")]
    hub_latency_ms: Annotated[float, Meta(description="from capture to publication, measured by the hub")]
    sync_error_ms: Annotated[
        float | None, Meta(description="standard deviation of the capture times against the hub's clock")
    ]
    views: Annotated[int, Meta(description="cameras that contributed in the last 100 ms")]
    dropped: Annotated[int, Meta(description="frames lost by cameras and nodes since the start")]
    stream_dropped: Annotated[int, Meta(description="estimates lost between hub and this stream since the start")]
    angles: Annotated[dict[str, AnglePacket], Meta(description="by name, signs as in docs/conventions.md")]
    points: Annotated[dict[str, PointPacket], Meta(description="by keypoint name")]
    subject: Annotated[int, Meta(description="which of the session's subjects, from 1; a stream is about one")]
    person: Annotated[int, Meta(description="number of the person who is that subject; -1 while the subject is away")]


class EventPacket(msgspec.Struct, frozen=True, tag="event", tag_field="type"):
    """Something that happened."""

    version: Annotated[Literal[1], Meta(description="of this format")]
    time_ns: Annotated[int, Meta(description="moment, hub's monotonic clock, nanoseconds")]
    unix_time_s: Annotated[float, Meta(description="moment, hub's wall clock, seconds since 1970")]
    label: Annotated[str, Meta(description="mark, start, stop, repetition, ...")]
    text: Annotated[str, Meta(description="what the user or the analysis says about it")]
    metrics: Annotated[dict[str, float | None], Meta(description="numbers by name, units in the names")]


def frame_packet(frame: LiveFrame, latency_ms: float, stream_dropped: int) -> FramePacket:
    """The public form of a live frame."""
    return FramePacket(
        version=VERSION,
        sequence=frame.sequence,
        time_ns=frame.points.time_ns,
        unix_time_s=unix_time_s(frame.points.time_ns),
        latency_ms=latency_ms,
        hub_latency_ms=frame.latency_ms,
        sync_error_ms=_number(frame.sync_error_ms),
        views=frame.views,
        dropped=frame.dropped,
        stream_dropped=stream_dropped,
        angles=_angles(frame),
        points=_points(frame),
        subject=frame.subject,
        person=frame.person,
    )


@lru_cache(maxsize=1)
def frame_json(frame: LiveFrame, stream_dropped: int) -> bytes:
    """The same as JSON, its latency up to this moment; ZeroMQ and WebSocket of one process send the same."""
    return _JSON.encode(frame_packet(frame, latency_ms(frame.points.time_ns), stream_dropped))


def frame_msgpack(frame: LiveFrame, stream_dropped: int) -> bytes:
    """The same as msgpack."""
    return _MSGPACK.encode(frame_packet(frame, latency_ms(frame.points.time_ns), stream_dropped))


def event_packet(event: LiveEvent) -> EventPacket:
    """The public form of a live event."""
    metrics = {name: _number(value) for name, value in event.metrics.items()}
    return EventPacket(VERSION, event.time_ns, unix_time_s(event.time_ns), event.label, event.text, metrics)


def _angles(frame: LiveFrame) -> dict[str, AnglePacket]:
    values, errors = angles_deg(frame)
    words: list[ObservabilityWord] = [WORDS[int(code)] for code in frame.angles.observability.tolist()]
    columns = zip(ANGLE_NAMES, values.tolist(), errors.tolist(), words, strict=True)
    return {name: AnglePacket(_number(value), _number(error), word) for name, value, error, word in columns}


def _points(frame: LiveFrame) -> dict[str, PointPacket]:
    points = frame.points
    columns = zip(
        points.keypoint_set.names,
        points.xyz.tolist(),
        point_errors_m(frame).tolist(),
        points.views.tolist(),
        strict=True,
    )
    return {
        name: PointPacket((x, y, z) if x == x else None, _number(error), views)
        for name, (x, y, z), error, views in columns
    }


def _number(value: float) -> float | None:
    return value if value == value else None
