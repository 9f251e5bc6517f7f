"""UDP to one receiver, without ever waiting."""

import socket

from stream.errors import StreamError


class DatagramSender:
    """UDP asks nobody: a receiver that is slow or absent costs nothing.

    Raises
    ------
    StreamError : the host's name cannot be resolved
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            family, _, _, _, self._receiver = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise StreamError(f"receiver '{host}' is unknown: {error.strerror}; give a name or an address") from error
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._refused = 0

    @property
    def refused(self) -> int:
        """Datagrams that did not fit into this computer's send buffer, or that the network refused."""
        return self._refused

    def send(self, datagram: bytes) -> None:
        """Send, or count as refused."""
        try:
            self._socket.sendto(datagram, self._receiver)
        except OSError:
            self._refused += 1

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
