"""Who may connect to a hub: decides by public key, for every encrypted socket of the process."""

import threading
from types import TracebackType
from typing import Self

from capture.keys import HubKeys

DOMAIN = "valgus"


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
        from zmq.auth.thread import ThreadAuthenticator

        self._authenticator = ThreadAuthenticator()
        self._authenticator.start()
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
