"""From a process to one that it has started, past ZeroMQ: two threads less that must wake up for every message.

Waking a thread takes a sleeping core 0.1 to 0.3 ms, several times what the message itself takes.
"""

import errno
import socket
from collections.abc import Callable
from typing import Any

from capture.transport import MAX_MESSAGE_BYTES

_BUFFER_BYTES = 1 << 20
"""As many messages as a reader may be behind; systems allow less, for half a second of a live session at least."""
_GONE = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN)


class LineEnd:
    """Where messages of a direct line arrive; it can be handed to a process that is being started."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._memory = memoryview(bytearray(MAX_MESSAGE_BYTES))

    def fileno(self) -> int:
        """What is readable while there are messages."""
        return self._socket.fileno()

    def receive(self, timeout_s: float) -> bytes | None:
        """Next message, or None when none comes in time.

        Raises
        ------
        EOFError : the sender is gone, and everything that it sent has been received
        """
        self._socket.settimeout(timeout_s)
        try:
            length = self._socket.recv_into(self._memory)
        except (TimeoutError, BlockingIOError):
            return None
        except ConnectionError:
            length = 0
        if not length:
            raise EOFError
        return bytes(self._memory[:length])

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def __reduce__(self) -> tuple[Callable[[Any], "LineEnd"], tuple[Any]]:
        from multiprocessing.reduction import DupFd  # not there on systems without these lines

        return _received, (DupFd(self._socket.fileno()),)


def _received(handle: Any) -> LineEnd:
    return LineEnd(socket.socket(fileno=handle.detach()))


class DirectLine:
    """Sends to one reader without ever waiting; where that does not keep up, messages are left out.

    Raises
    ------
    OSError : this system has no such lines
    """

    def __init__(self) -> None:
        self._socket, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self.end = LineEnd(end)
        self._gone = False

    def send(self, message: bytes) -> None:
        """Send, or leave out."""
        if self._gone:
            return
        try:
            self._socket.send(message)
        except OSError as failure:
            self._gone = failure.errno in _GONE

    def close(self) -> None:
        """Hang up: what was sent still arrives."""
        self._socket.close()
