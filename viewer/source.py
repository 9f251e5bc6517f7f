"""What a viewer asks of the place where its frames come from."""

from typing import Protocol

from reconstruct.types import LiveFrame


class Source(Protocol):
    """Where frames come from: a recording or a live address."""

    def newest(self) -> LiveFrame | None:
        """Frame to show now, of the subject that was chosen; None before the first."""
        ...

    def others(self) -> tuple[LiveFrame, ...]:
        """Frames of the other subjects at about the same time."""
        ...

    def choose(self, subject: int) -> None:
        """Show this subject's angles from now on."""
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
