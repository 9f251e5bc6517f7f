"""ZeroMQ: every frame and event as one message, JSON or msgpack, as docs/schemas/ describes it."""

from typing import Literal

import msgspec

from capture.transport import Broadcast
from reconstruct.types import LiveFrame
from stream.feed.clocks import latency_ms
from stream.feed.live_event import LiveEvent
from stream.feed.packets import event_packet, frame_packet

Encoding = Literal["json", "msgpack"]


class ZmqSink:
    """A PUB socket: subscribers need no prefix, and one that is slow misses messages alone.

    Raises
    ------
    CaptureError : the address cannot be listened on
    """

    refused = 0

    def __init__(self, address: str, encoding: Encoding) -> None:
        self._encoder = msgspec.json.Encoder() if encoding == "json" else msgspec.msgpack.Encoder()
        self._broadcast = Broadcast(address)

    @property
    def address(self) -> str:
        """Where subscribers connect, with the port that was taken."""
        return self._broadcast.address

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send a frame to everybody who keeps up."""
        packet = frame_packet(frame, latency_ms(frame.points.time_ns), lost)
        self._broadcast.send(self._encoder.encode(packet))

    def send_event(self, event: LiveEvent) -> None:
        """Send an event to everybody who keeps up."""
        self._broadcast.send(self._encoder.encode(event_packet(event)))

    def close(self) -> None:
        """Close the socket."""
        self._broadcast.close()
