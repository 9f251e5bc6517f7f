"""What the hub tells: to everybody who subscribes, and on direct lines to processes of the session."""

from capture.direct_line import DirectLine, LineEnd
from capture.transport import Broadcast


class Publication:
    """Sends every message to everybody who keeps up.

    Raises
    ------
    CaptureError : the address cannot be used
    """

    def __init__(self, address: str) -> None:
        self._broadcast = Broadcast(address)
        self._lines: list[DirectLine] = []

    @property
    def address(self) -> str:
        """Where to subscribe."""
        return self._broadcast.address

    def direct_line(self) -> LineEnd | str:
        """The end of a new line for one process, or the address to subscribe to where the system has no lines."""
        try:
            line = DirectLine()
        except (OSError, AttributeError):
            return self.address
        self._lines.append(line)
        return line.end

    def send(self, message: bytes) -> None:
        """Send without waiting; lines come last, as whoever wakes up there may take the core at once."""
        self._broadcast.send(message)
        for line in self._lines:
            line.send(message)

    def close(self) -> None:
        """Close the address and all lines."""
        for line in self._lines:
            line.close()
        self._broadcast.close()
