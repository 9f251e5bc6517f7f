"""Who may connect to a hub: decides by public key, for every encrypted socket of the process."""

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import zmq

from capture.keys import HubKeys

if TYPE_CHECKING:
    from zmq.auth.thread import ThreadAuthenticator

DOMAIN = "valgus"
_RELEASE_S = 2.0


class Guard:
    """Admits the clients whose public keys are known; one per process, open as long as its sockets are.

    Attributes
    ----------
    keys : the hub's own and those that may connect
    refused : connections that were turned away because of their key
    """

    def __init__(self, keys: HubKeys) -> None:
        self.keys = keys
        self.refused = 0
        self._allowed = {public.encode() for public in keys.allowed.values()}
        self._lock = threading.Lock()
        self._authenticator = _start_authenticator()
        self._authenticator.configure_curve_callback(DOMAIN, credentials_provider=self)

    def callback(self, domain: str, key: bytes) -> bool:
        """Decide about one client, by its public key in Z85; called by the authenticator."""
        if key in self._allowed:
            return True
        with self._lock:
            self.refused += 1
        return False

    def close(self) -> None:
        """Admit nobody any more."""
        self._authenticator.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _start_authenticator() -> "ThreadAuthenticator":
    """Start one, waiting for a former guard of this process to be gone: ZeroMQ lets go of it in the background."""
    from zmq.auth.thread import ThreadAuthenticator

    deadline_s = time.monotonic() + _RELEASE_S
    while True:
        authenticator = ThreadAuthenticator()
        try:
            authenticator.start()
        except zmq.ZMQError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.01)
        else:
            return authenticator
