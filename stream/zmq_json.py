"""ZeroMQ: every frame and event as one message, JSON or msgpack, as docs/schemas/ describes it."""

from typing import Literal

import msgspec

from capture.transport import Broadcast
from reconstruct.types import LiveFrame
from stream.feed.live_event import LiveEvent
from stream.feed.packets import event_packet, frame_json, frame_msgpack

Encoding = Literal["json", "msgpack"]

_FORMS = {"json": (frame_json, msgspec.json.encode), "msgpack": (frame_msgpack, msgspec.msgpack.encode)}
"""How frames and events are written down."""


class ZmqSink:
    """A PUB socket: subscribers need no prefix, and one that is slow misses messages alone.

    Raises
    ------
    CaptureError : the address cannot be listened on
    """

    refused = 0

    def __init__(self, address: str, encoding: Encoding) -> None:
        self._frame, self._encode = _FORMS[encoding]
        self._broadcast = Broadcast(address)

    @property
    def address(self) -> str:
        """Where subscribers connect, with the port that was taken."""
        return self._broadcast.address

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send a frame to everybody who keeps up."""
        self._broadcast.send(self._frame(frame, lost))

    def send_event(self, event: LiveEvent) -> None:
        """Send an event to everybody who keeps up."""
        self._broadcast.send(self._encode(event_packet(event)))

    def close(self) -> None:
        """Close the socket."""
        self._broadcast.close()
