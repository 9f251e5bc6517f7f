"""Open Sound Control over UDP: every angle and point at an address of its own, in bundles with a time tag.

    /valgus/frame          sequence (int64), capture (float64, seconds since 1970), latency (float32, ms), lost (int32)
    /valgus/angle/<name>   degrees, standard error (float32), observability (int32: 0 prior, 1 partial, 2 measured)
    /valgus/point/<name>   x, y, z, standard error (float32): metres, Z up
    /valgus/event/<label>  text, time (float64, seconds since 1970)

Every bundle begins with `/valgus/frame`: a receiver sees gaps, and knows what belongs together.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from capture.keypoint_sets import KeypointSet
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.datagrams import DatagramSender
from stream.feed.clocks import latency_ms, unix_time_s
from stream.feed.live_event import LiveEvent
from stream.feed.packets import point_errors
from stream.osc_encoding import MessageShape, bundles, text_message

FRAME = MessageShape.of("/valgus/frame", "hdfi")
ANGLES = tuple(MessageShape.of(f"/valgus/angle/{name}", "ffi") for name in ANGLE_NAMES)


class OscSink:
    """Bundles to one receiver."""

    def __init__(self, host: str, port: int) -> None:
        self._sender = DatagramSender(host, port)
        self._points: tuple[KeypointSet, tuple[MessageShape, ...]] | None = None

    @property
    def refused(self) -> int:
        """Bundles that could not be sent."""
        return self._sender.refused

    def prepare_frame(self, frame: LiveFrame, lost: int) -> Callable[[], object]:
        """Angles and points in as many bundles as they take."""
        captured_s = unix_time_s(frame.points.time_ns)
        messages = self._angle_messages(frame) + self._point_messages(frame)
        head = FRAME.message(frame.sequence, captured_s, latency_ms(frame.points.time_ns), lost)
        return partial(self._send, bundles(captured_s, head, messages))

    def send_event(self, event: LiveEvent) -> None:
        """Send one bundle with the event's text."""
        happened_s = unix_time_s(event.time_ns)
        label = "".join(letter if letter.isalnum() else "_" for letter in event.label)
        self._send(bundles(happened_s, text_message(f"/valgus/event/{label}", event.text, happened_s), []))

    def close(self) -> None:
        """Close the socket."""
        self._sender.close()

    def _angle_messages(self, frame: LiveFrame) -> list[bytes]:
        angles = frame.angles
        columns = np.rad2deg(angles.values).tolist(), np.rad2deg(angles.standard_error).tolist()
        rows = zip(ANGLES, *columns, angles.observability.tolist(), strict=True)
        return [shape.message(value, error, code) for shape, value, error, code in rows]

    def _point_messages(self, frame: LiveFrame) -> list[bytes]:
        points = frame.points
        if self._points is None or self._points[0] is not points.keypoint_set:
            shapes = tuple(MessageShape.of(f"/valgus/point/{name}", "ffff") for name in points.keypoint_set.names)
            self._points = points.keypoint_set, shapes
        rows = zip(self._points[1], points.xyz.tolist(), point_errors(points.covariance).tolist(), strict=True)
        return [shape.message(*xyz, error) for shape, xyz, error in rows]

    def _send(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self._sender.send(datagram)
