"""The only file that opens ZeroMQ sockets.

Each class is one role, whatever the messages are.  A socket belongs to the thread that made it.  Addresses are
ZeroMQ's: `tcp://127.0.0.1:5750`, where port 0 takes a free one.  What leaves this machine is encrypted and both ends
prove who they are (CURVE): a socket that binds takes a `Guard`, one that connects takes `NodeKeys`, and without them
an address beyond this machine is refused.
"""

import ipaddress
from collections.abc import Callable
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

import zmq

from capture.errors import CaptureError
from capture.guard import DOMAIN, Guard
from capture.keys import KeyPair, NodeKeys

MAX_MESSAGE_BYTES = 1 << 20
LIVE_QUEUE = 64
"""Messages that wait for a slow or absent reader before a live sender leaves new ones out."""
_INBOX_QUEUE = 20_000
_PEER_CHECK_MS, _PEER_DEAD_MS, _HANDSHAKE_MS = 1000, 3000, 5000
_KEEPALIVE_S = 3
_FLUSH_MS, _LOSSLESS_FLUSH_MS = 1000, 10_000
_SUBSCRIBED = b"\x01"
_EVERYTHING = b""


class _Role:
    """What all roles share: options, opening, waiting, closing."""

    def __init__(self, kind: int) -> None:
        context = cast("zmq.Context[zmq.Socket[bytes]]", zmq.Context.instance())
        self._socket = context.socket(kind)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self._socket.setsockopt(zmq.HEARTBEAT_IVL, _PEER_CHECK_MS)
        self._socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, _PEER_DEAD_MS)
        self._socket.setsockopt(zmq.HANDSHAKE_IVL, _HANDSHAKE_MS)
        self._socket.setsockopt(zmq.LINGER, 0)

    @property
    def address(self) -> str:
        """Where the socket is bound or connected, with the port that was taken."""
        return self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def close(self) -> None:
        """Close; an outbox goes on sending what waits for a moment, other roles forget it."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bind(self, address: str, guard: Guard | None) -> None:
        if guard is None:
            self._require_local(address)
        else:
            self._socket.setsockopt(zmq.CURVE_SERVER, 1)
            self._socket.setsockopt_string(zmq.ZAP_DOMAIN, DOMAIN)
            self._set_own_keys(guard.keys.own)
        self._open(self._socket.bind, address)

    def _connect(self, address: str, keys: NodeKeys | None) -> None:
        if keys is None:
            self._require_local(address)
        else:
            self._socket.setsockopt_string(zmq.CURVE_SERVERKEY, keys.hub_public)
            self._set_own_keys(keys.own)
        self._open(self._socket.connect, address)

    def _set_own_keys(self, own: KeyPair) -> None:
        self._socket.setsockopt_string(zmq.CURVE_PUBLICKEY, own.public)
        self._socket.setsockopt_string(zmq.CURVE_SECRETKEY, own.secret)

    def _open(self, attach: Callable[[str], object], address: str) -> None:
        try:
            attach(address)
        except zmq.ZMQError as error:
            self._socket.close()
            raise CaptureError(f"address {address}: cannot be used ({error.strerror}); choose another one") from None

    def _require_local(self, address: str) -> None:
        """Refuse addresses beyond this machine: without keys nothing is encrypted on the way."""
        if not _is_local(address):
            self._socket.close()
            raise CaptureError(
                f"address {address}: is not on this machine, which needs keys (make them with 'valgus keys new')"
            )

    def _arrived(self, timeout_s: float) -> bool:
        return self._socket.poll(round(max(0.0, timeout_s) * 1000)) != 0


class _Receiver(_Role):
    """A role that receives whole messages."""

    def fileno(self) -> int:
        """What becomes readable when messages come; not again before all of them have been received."""
        return int(self._socket.getsockopt(zmq.FD))

    def receive(self, timeout_s: float) -> bytes | None:
        """Next message, or None when none comes in time."""
        return self._socket.recv() if self._arrived(timeout_s) else None


class Inbox(_Receiver):
    """Where messages of many outboxes arrive."""

    def __init__(self, address: str, guard: Guard | None = None) -> None:
        super().__init__(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, _INBOX_QUEUE)
        self._socket.setsockopt(zmq.SUBSCRIBE, _EVERYTHING)
        self._bind(address, guard)


class Outbox(_Role):
    """Sends to an inbox without ever waiting; where the inbox does not keep up, messages are left out."""

    def __init__(self, address: str, keys: NodeKeys | None = None) -> None:
        super().__init__(zmq.XPUB)
        self._socket.setsockopt(zmq.SNDHWM, LIVE_QUEUE)
        self._socket.setsockopt(zmq.LINGER, _FLUSH_MS)
        self._connect(address, keys)

    def has_reader(self, timeout_s: float) -> bool:
        """Wait until somebody listens; messages sent before that would be lost."""
        return self._arrived(timeout_s) and self._socket.recv()[:1] == _SUBSCRIBED

    def send(self, message: bytes) -> None:
        """Send one message, or leave it out."""
        self._socket.send(message)


class LosslessOutbox(Outbox):
    """Sends to an inbox and waits where it does not keep up."""

    def __init__(self, address: str, keys: NodeKeys | None = None) -> None:
        super().__init__(address, keys)
        self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        self._socket.setsockopt(zmq.LINGER, _LOSSLESS_FLUSH_MS)


class Broadcast(_Role):
    """Sends to any number of subscriptions without ever waiting."""

    def __init__(self, address: str, guard: Guard | None = None) -> None:
        super().__init__(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, LIVE_QUEUE)
        self._bind(address, guard)

    def send(self, message: bytes) -> None:
        """Send one message to everybody who keeps up."""
        self._socket.send(message)


class Subscription(_Receiver):
    """Receives a broadcast from now on, in order, up to the length of the sender's queue behind.

    Whether the sender is still there is left to TCP: ZeroMQ 4.3.5 ends the whole process when a socket with heartbeats
    is not read for so long that its queue is full (libzmq issue 3937).
    """

    def __init__(self, address: str, keys: NodeKeys | None = None) -> None:
        super().__init__(zmq.SUB)
        self._socket.setsockopt(zmq.HEARTBEAT_IVL, 0)
        self._socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
        self._socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, _KEEPALIVE_S)
        self._socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, 1)
        self._socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, _KEEPALIVE_S)
        self._socket.setsockopt(zmq.SUBSCRIBE, _EVERYTHING)
        self._connect(address, keys)


class NewestSubscription(_Receiver):
    """Receives those messages of a broadcast that begin like this, and keeps nothing but the newest."""

    def __init__(self, address: str, keys: NodeKeys | None = None, beginning: bytes = _EVERYTHING) -> None:
        super().__init__(zmq.SUB)
        self._socket.setsockopt(zmq.CONFLATE, 1)
        self._socket.setsockopt(zmq.SUBSCRIBE, beginning)
        self._connect(address, keys)


class Asker(_Receiver):
    """Asks an answerer; answers come back in their own time."""

    def __init__(self, address: str, keys: NodeKeys | None = None) -> None:
        super().__init__(zmq.DEALER)
        self._socket.setsockopt(zmq.SNDHWM, LIVE_QUEUE)
        self._connect(address, keys)

    def send(self, message: bytes) -> None:
        """Ask; a question that cannot be sent now is left out."""
        if self._socket.poll(0, zmq.POLLOUT):
            self._socket.send(message)


class Answerer(_Role):
    """Receives questions of many askers and answers each to whom asked."""

    def __init__(self, address: str, guard: Guard | None = None) -> None:
        super().__init__(zmq.ROUTER)
        self._bind(address, guard)

    def receive(self, timeout_s: float) -> tuple[bytes, bytes] | None:
        """Next question as (asker, message), or None when none comes in time; other shapes are passed over."""
        if not self._arrived(timeout_s):
            return None
        parts = self._socket.recv_multipart()
        return (parts[0], parts[1]) if len(parts) == 2 else None

    def send(self, asker: bytes, message: bytes) -> None:
        """Answer; an asker that is gone misses it."""
        self._socket.send_multipart([asker, message])


class Requester(_Receiver):
    """Asks a replier one question after the other; the answer to one that was given up is passed over."""

    def __init__(self, address: str, keys: NodeKeys | None = None) -> None:
        super().__init__(zmq.REQ)
        self._socket.setsockopt(zmq.REQ_RELAXED, 1)
        self._socket.setsockopt(zmq.REQ_CORRELATE, 1)
        self._connect(address, keys)

    def send(self, message: bytes) -> None:
        """Ask; returns at once."""
        self._socket.send(message)


class Replier(_Receiver):
    """Answers the requests of ordinary REQ sockets, one after the other."""

    def __init__(self, address: str, guard: Guard | None = None) -> None:
        super().__init__(zmq.REP)
        self._bind(address, guard)

    def send(self, message: bytes) -> None:
        """Answer the request that was received last."""
        self._socket.send(message)


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in ("ipc", "inproc"):
        return True
    try:
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "tcp" and loopback
