# pylsl ships no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Commands by LSL markers: a string stream whose samples read `start`, `stop` or `mark some text`.

LSL knows no authentication: samples of a stream on another computer must begin with the token, or are refused.  The
time of the command is the sample's own time stamp, on the hub's clock.
"""

import socket
import threading

import pylsl

from geometry.errors import InputError
from stream.commands.command import Handler, spoken
from stream.errors import StreamError
from stream.feed.clocks import clock_minus_hub_s
from stream.guard import same_token

SEARCH_S, WAIT_S = 1.0, 0.2


class LslListener:
    """Listens to the stream of this name as soon and as long as it exists."""

    def __init__(self, stream_name: str, handler: Handler, token: str | None = None) -> None:
        self._name, self._handler, self._token = stream_name, handler, token
        self._lsl_minus_hub_s = clock_minus_hub_s(pylsl.local_clock)
        self.refused = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"LSL commands of {stream_name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            for found in pylsl.resolve_byprop("name", self._name, timeout=SEARCH_S)[:1]:
                self._listen(pylsl.StreamInlet(found, recover=False), local=found.hostname() == socket.gethostname())

    def _listen(self, inlet: pylsl.StreamInlet, local: bool) -> None:
        try:
            while not self._closing.is_set():
                sample, stamp = inlet.pull_sample(timeout=WAIT_S)
                if sample is not None and stamp is not None:
                    self._hear(str(sample[0]), stamp + inlet.time_correction(), local)
        except (pylsl.util.LostError, TimeoutError):
            return

    def _hear(self, words: str, lsl_s: float, local: bool) -> None:
        given, _, rest = words.partition(" ")
        admitted = local or (self._token is not None and same_token(given, self._token))
        try:
            if not admitted:
                raise StreamError("another computer's stream without the token")
            time_ns = round((lsl_s - self._lsl_minus_hub_s) * 1e9)
            self._handler(spoken(words if local else rest, time_ns))
        except InputError:
            self.refused += 1
