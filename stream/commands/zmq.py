"""Commands by ZeroMQ: a REQ socket sends `{"command": "mark", "text": "left knee"}` and is answered.

The answer is `{"ok": true, "said": "..."}`, or `{"ok": false, "said": "why not"}`.
"""

import threading
import time
from concurrent.futures import Future

import msgspec

from capture.transport import Replier
from geometry.errors import InputError
from stream.commands.command import Command, Handler

LOOK_UP_S = 0.2


class Answer(msgspec.Struct, frozen=True):
    """Whether the hub did what was asked, and what it says about it."""

    ok: bool
    said: str


class ZmqListener:
    """A REP socket in a thread of its own.

    Raises
    ------
    CaptureError : the address cannot be listened on
    """

    def __init__(self, address: str, handler: Handler) -> None:
        self._handler = handler
        self.refused = 0
        self._closing = threading.Event()
        opened: Future[str] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(address, opened), name=f"commands on {address}", daemon=True
        )
        self._thread.start()
        self.address = opened.result()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._thread.join()

    def _run(self, address: str, opened: "Future[str]") -> None:
        try:
            replier = Replier(address)
        except InputError as error:
            opened.set_exception(error)
            return
        with replier:
            opened.set_result(replier.address)
            while not self._closing.is_set():
                request = replier.receive(LOOK_UP_S)
                if request is not None:
                    replier.send(msgspec.json.encode(self._answer(request)))

    def _answer(self, request: bytes) -> Answer:
        try:
            command = msgspec.json.decode(request, type=Command)
            if command.time_ns == 0:
                command = msgspec.structs.replace(command, time_ns=time.monotonic_ns())
            return Answer(True, self._handler(command))
        except (InputError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.refused += 1
            return Answer(False, f"refused: {error}")
