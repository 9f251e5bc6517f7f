"""What a viewer asks of the place where its frames come from."""

from typing import Protocol

from reconstruct.types import LiveFrame


class Source(Protocol):
    """Where frames come from: a recording or a live address."""

    def newest(self) -> LiveFrame | None:
        """Frame to show now; None before the first."""
        ...

    def status(self) -> tuple[str, ...]:
        """Short lines about the source."""
        ...

    def alert(self) -> str | None:
        """What the watcher must not miss."""
        ...

    def press(self, key: str) -> None:
        """Obey the keys that pause and seek."""
        ...
