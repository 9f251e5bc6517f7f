"""WebSocket for browsers and scripts: every frame and event as one JSON text, as docs/schemas/ describes it."""

import asyncio
import http
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Origin

from reconstruct.types import LiveFrame
from stream.audience import WRITE_BUFFER_BYTES, Audience, Server
from stream.feed.live_event import LiveEvent
from stream.feed.packets import event_packet, frame_json
from stream.guard import check_guarded, same_token
from stream.loop import Loop

LOCAL_PAGES = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


class WebSocketSink:
    """A server; what it hears from its receivers is ignored.

    Parameters
    ----------
    host, port : address to listen on
    token : what a receiver must give, as `?token=...` or `Authorization: Bearer ...`; required beyond loopback
    origins : further web pages that may connect, such as `https://lab.example`; pages of this computer always may
    loop : where the server runs; None for a thread of its own

    Raises
    ------
    StreamError : the address cannot be listened on, or is open to others without a token
    """

    def __init__(
        self,
        host: str,
        port: int,
        token: str | None = None,
        origins: Sequence[str] = (),
        loop: Loop | None = None,
    ) -> None:
        what = f"WebSocket stream on {host}:{port}"
        check_guarded(host, token, what)
        self._token = token
        self._audience = Audience(_transport, _write, _say_goodbye)
        allowed = [None, LOCAL_PAGES, *(Origin(origin) for origin in origins)]
        self._server = Server(loop, self._start(host, port, allowed), what, self._audience)

    @property
    def refused(self) -> int:
        """Messages that receivers were too slow for."""
        return self._audience.refused

    @property
    def port(self) -> int:
        """The port that is listened on: of use where 0 asked for a free one."""
        return self._server.port

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Send a frame to everybody."""
        self._server.tell(_text(frame_json(frame, lost)))

    def send_event(self, event: LiveEvent) -> None:
        """Send an event to everybody."""
        self._server.tell(_text(msgspec.json.encode(event_packet(event))))

    def close(self) -> None:
        """Disconnect everybody."""
        self._server.close()

    async def _start(self, host: str, port: int, origins: list[Origin | re.Pattern[str] | None]) -> asyncio.Server:
        server = await serve(
            self._serve,
            host,
            port,
            origins=origins,
            process_request=self._admit,
            compression=None,
            max_size=1024,
            write_limit=WRITE_BUFFER_BYTES,
        )
        return server.server

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        header = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = header or parse_qs(urlsplit(request.path).query).get("token", [""])[0]
        if same_token(given, self._token):
            return None
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "give the token as ?token=... or as bearer token\n")

    async def _serve(self, connection: ServerConnection) -> None:
        self._audience.join(connection)
        try:
            await connection.wait_closed()
        finally:
            self._audience.leave(connection)


def _transport(connection: ServerConnection) -> asyncio.WriteTransport:
    return connection.transport


def _text(message: bytes) -> bytes:
    """A text as WebSocket writes it to receivers: the same to all of them."""
    return Frame(Opcode.TEXT, message).serialize(mask=False)


def _write(connection: ServerConnection, message: bytes) -> None:
    """Send without waiting; a connection that is closing is passed over."""
    if connection.state is State.OPEN:
        connection.transport.write(message)


def _say_goodbye(connection: ServerConnection) -> asyncio.Task[None]:
    return asyncio.create_task(connection.close(CloseCode.GOING_AWAY))
