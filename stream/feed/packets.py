"""What leaves the system over ZeroMQ and WebSocket: one JSON or msgpack object per frame and per event.

The schema of these objects is published in docs/schemas/; a change of meaning raises `VERSION`.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.feed.clocks import unix_time_s
from stream.feed.live_event import LiveEvent

VERSION = 1
ObservabilityWord = Literal["prior", "partial", "measured"]
WORDS: tuple[ObservabilityWord, ...] = ("prior", "partial", "measured")
"""By the code of `reconstruct.types.Observability`."""


class AnglePacket(msgspec.Struct, frozen=True):
    """One angle: degrees, its standard error, and how much of it is data; null where unknown."""

    deg: float | None
    se_deg: float | None
    obs: ObservabilityWord


class PointPacket(msgspec.Struct, frozen=True):
    """One point: metres in the world (Z up), root mean square standard error over the axes; null where unknown."""

    xyz_m: tuple[float, float, float] | None
    se_m: float | None
    views: int


class FramePacket(msgspec.Struct, frozen=True, tag="frame", tag_field="type"):
    """One estimate.

    Attributes
    ----------
    version : of this format
    sequence : running number of the hub's estimates
    time_ns : capture, hub's monotonic clock
    unix_time_s : the same moment by the hub's wall clock, seconds since 1970
    latency_ms : from capture to sending, measured in the sending process
    hub_latency_ms : from capture to publication by the hub
    sync_error_ms : standard deviation of the capture times against the hub's clock
    views : cameras that contributed in the last 100 ms
    dropped : frames lost by cameras and nodes since the start
    stream_dropped : estimates that this stream lost on its way from the hub since the start
    """

    sequence: int
    time_ns: int
    unix_time_s: float
    latency_ms: float
    hub_latency_ms: float
    sync_error_ms: float | None
    views: int
    dropped: int
    stream_dropped: int
    angles: dict[str, AnglePacket]
    points: dict[str, PointPacket]
    version: int = VERSION


class EventPacket(msgspec.Struct, frozen=True, tag="event", tag_field="type"):
    """Something that happened: `label` (`mark`, `start`, `stop`, `repetition`, ...) with its text and numbers."""

    time_ns: int
    unix_time_s: float
    label: str
    text: str
    metrics: dict[str, float | None]
    version: int = VERSION


def frame_packet(frame: LiveFrame, latency_ms: float, stream_dropped: int) -> FramePacket:
    """The public form of a live frame."""
    return FramePacket(
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
    )


def event_packet(event: LiveEvent) -> EventPacket:
    """The public form of a live event."""
    metrics = {name: _number(value) for name, value in event.metrics.items()}
    return EventPacket(event.time_ns, unix_time_s(event.time_ns), event.label, event.text, metrics)


def _angles(frame: LiveFrame) -> dict[str, AnglePacket]:
    values = np.rad2deg(frame.angles.values).tolist()
    errors = np.rad2deg(frame.angles.standard_error).tolist()
    words: list[ObservabilityWord] = [WORDS[int(code)] for code in frame.angles.observability.tolist()]
    columns = zip(ANGLE_NAMES, values, errors, words, strict=True)
    return {name: AnglePacket(_number(value), _number(error), word) for name, value, error, word in columns}


def _points(frame: LiveFrame) -> dict[str, PointPacket]:
    points = frame.points
    columns = zip(
        points.keypoint_set.names,
        points.xyz.tolist(),
        point_errors(points.covariance).tolist(),
        points.views.tolist(),
        strict=True,
    )
    return {
        name: PointPacket((x, y, z) if x == x else None, _number(error), views)
        for name, (x, y, z), error, views in columns
    }


def point_errors(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) metres, root mean square over the axes, of covariances (K, 3, 3)."""
    return np.sqrt((covariance[:, 0, 0] + covariance[:, 1, 1] + covariance[:, 2, 2]) / 3.0)


def _number(value: float) -> float | None:
    return value if value == value else None
