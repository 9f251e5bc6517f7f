"""Lines over TCP to everyone who connects."""

import asyncio
from collections.abc import Sequence

from reconstruct.types import LiveFrame
from stream.audience import WRITE_BUFFER_BYTES, Audience, Server
from stream.feed.live_event import LiveEvent
from stream.loop import Loop
from stream.plain.lines import LineFormat, event_line

LONGEST_READ = 1024


class TcpSink:
    """A server that sends the names of the columns to everyone who connects, then the lines.

    Parameters
    ----------
    host, port : address to listen on
    angles : names of the angles to send; none means all
    loop : where the server runs; None for a thread of its own

    Raises
    ------
    StreamError : the address cannot be listened on, or an angle is unknown
    """

    def __init__(self, host: str, port: int, angles: Sequence[str] = (), loop: Loop | None = None) -> None:
        self._lines = LineFormat(angles)
        self._audience = Audience(_transport, asyncio.StreamWriter.write, asyncio.StreamWriter.close)
        start = asyncio.start_server(self._serve, host, port)
        self._server = Server(loop, start, f"TCP stream on {host}:{port}", self._audience)

    @property
    def refused(self) -> int:
        """Lines that receivers were too slow for."""
        return self._audience.refused

    @property
    def port(self) -> int:
        """The port that is listened on: of use where 0 asked for a free one."""
        return self._server.port

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send a row to everybody."""
        self._server.tell(self._lines.frame(frame, lost))

    def send_event(self, event: LiveEvent) -> None:
        """Send a line that begins with `#` to everybody."""
        self._server.tell(event_line(event))

    def close(self) -> None:
        """Disconnect everybody."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        writer.write(self._lines.header)
        self._audience.join(writer)
        try:
            while await reader.read(LONGEST_READ):  # what receivers say does not matter, only that they are there
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._audience.leave(writer)
            writer.close()


def _transport(writer: asyncio.StreamWriter) -> asyncio.WriteTransport:
    return writer.transport
