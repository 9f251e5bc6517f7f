"""Lines as UDP datagrams to one receiver."""

import time
from collections.abc import Sequence

from reconstruct.types import LiveFrame
from stream.datagrams import DatagramSender
from stream.feed.live_event import LiveEvent
from stream.plain.lines import LineFormat, event_line

HEADER_EVERY_S = 1.0


class UdpSink:
    """One line per datagram.

    Parameters
    ----------
    host, port : of the receiver
    angles : names of the angles to send; none means all

    Raises
    ------
    StreamError : an unknown host or angle
    """

    def __init__(self, host: str, port: int, angles: Sequence[str] = ()) -> None:
        self._lines = LineFormat(angles)
        self._sender = DatagramSender(host, port)
        self._header_due_s = 0.0

    @property
    def refused(self) -> int:
        """Lines that could not be sent."""
        return self._sender.refused

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send a row, once a second with the names of the columns before it."""
        if time.monotonic() >= self._header_due_s:
            self._header_due_s = time.monotonic() + HEADER_EVERY_S
            self._sender.send(self._lines.header)
        self._sender.send(self._lines.frame(frame, lost))

    def send_event(self, event: LiveEvent) -> None:
        """Send a line that begins with `#`."""
        self._sender.send(event_line(event))

    def close(self) -> None:
        """Close the socket."""
        self._sender.close()
