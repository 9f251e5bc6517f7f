"""Open Sound Control over UDP: every angle and point at an address of its own, in bundles with a time tag.

    /valgus/frame          sequence (int64), capture (float64, seconds since 1970), latency (float32, ms), lost (int32)
    /valgus/angle/<name>   degrees, standard error (float32), observability (int32: 0 prior, 1 partial, 2 measured)
    /valgus/point/<name>   x, y, z, standard error (float32): metres, Z up
    /valgus/event/<label>  text, time (float64, seconds since 1970)

Every bundle begins with `/valgus/frame`: a receiver sees gaps, and knows what belongs together.
"""

from collections.abc import Iterable
from functools import lru_cache

from capture.keypoint_sets import KeypointSet
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.datagrams import DatagramSender
from stream.feed.clocks import latency_ms, unix_time_s
from stream.feed.live_event import LiveEvent
from stream.feed.shared_numbers import angles_deg, point_errors_m
from stream.osc_encoding import BundleLayout, MessageShape, bundle, text_message

FRAME = MessageShape.of("/valgus/frame", "hdfi")
ANGLES = tuple(MessageShape.of(f"/valgus/angle/{name}", "ffi") for name in ANGLE_NAMES)


class OscSink:
    """Bundles to one receiver."""

    def __init__(self, host: str, port: int) -> None:
        self._sender = DatagramSender(host, port)

    @property
    def refused(self) -> int:
        """Bundles that could not be sent."""
        return self._sender.refused

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send angles and points in as many bundles as they take."""
        captured_s = unix_time_s(frame.points.time_ns)
        head = FRAME.message(frame.sequence, captured_s, latency_ms(frame.points.time_ns), lost)
        layout = _layout(frame.points.keypoint_set)
        self._send(layout.bundles(captured_s, head, [*_angle_numbers(frame), *_point_numbers(frame)]))

    def send_event(self, event: LiveEvent) -> None:
        """Send one bundle with the event's text."""
        happened_s = unix_time_s(event.time_ns)
        label = "".join(letter if letter.isalnum() else "_" for letter in event.label)
        self._sender.send(bundle(happened_s, text_message(f"/valgus/event/{label}", event.text, happened_s)))

    def close(self) -> None:
        """Close the socket."""
        self._sender.close()

    def _send(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self._sender.send(datagram)


@lru_cache
def _layout(points: KeypointSet) -> BundleLayout:
    shapes = (MessageShape.of(f"/valgus/point/{name}", "ffff") for name in points.names)
    return BundleLayout(FRAME, [*ANGLES, *shapes])


def _angle_numbers(frame: LiveFrame) -> Iterable[tuple[float, ...]]:
    values, errors = angles_deg(frame)
    return zip(values.tolist(), errors.tolist(), frame.angles.observability.tolist(), strict=True)


def _point_numbers(frame: LiveFrame) -> Iterable[tuple[float, ...]]:
    return zip(*frame.points.xyz.T.tolist(), point_errors_m(frame).tolist(), strict=True)
