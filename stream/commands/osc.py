# python-osc leaves handlers untyped:
# pyright: reportUnknownMemberType=false
"""Commands by OSC: `/valgus/start`, `/valgus/stop`, `/valgus/mark`, `/valgus/subject` with an optional text.

Where a token is set (always beyond loopback) it is the first argument.  OSC has no answers: what was refused is
counted, and a command that came twice by the same bundle counts twice.
"""

import threading
from typing import Any

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from geometry.errors import InputError
from stream.commands.command import Handler, spoken
from stream.errors import StreamError
from stream.guard import check_guarded, same_token

ADDRESSES = "/valgus/"


class OscListener:
    """A UDP server in a thread of its own.

    Raises
    ------
    StreamError : the address cannot be listened on, or is open to others without a token
    """

    def __init__(self, host: str, port: int, handler: Handler, token: str | None = None) -> None:
        what = f"OSC commands on {host}:{port}"
        check_guarded(host, token, what)
        self._handler, self._token = handler, token
        self.refused = 0
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(self._hear)
        try:
            self._server = BlockingOSCUDPServer((host, port), dispatcher)
        except OSError as error:
            raise StreamError(f"{what} cannot start: {error.strerror}; choose another address or port") from error
        self._thread = threading.Thread(target=self._server.serve_forever, name=what, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on: of use where 0 asked for a free one."""
        return self._server.server_address[1]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _hear(self, address: str, *arguments: Any) -> None:
        words = [str(argument) for argument in arguments]
        given = words.pop(0) if self._token is not None and words else None
        try:
            if not same_token(given, self._token) or not address.startswith(ADDRESSES):
                raise StreamError("not for us")
            self._handler(spoken(" ".join([address.removeprefix(ADDRESSES), *words])))
        except InputError:
            self.refused += 1
