"""The newest message about every subject, and nothing older: however slow the watcher's screen, nobody waits for it."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from capture.transport import NewestSubscription
from reconstruct.wire import beginning_of, subject_of


class NewestMessages:
    """Subscribes to a hub; as soon as there are several subjects, to each of them by itself.

    One subscription keeps one message: of subjects who are published one right after the other it would only show the
    last.
    """

    def __init__(self, address: str) -> None:
        self._closing = ExitStack()
        self._everything = self._closing.enter_context(NewestSubscription(address))
        self._subjects: list[NewestSubscription] = []

    @property
    def address(self) -> str:
        """Of the hub."""
        return self._everything.address

    def receive(self, timeout_s: float) -> list[bytes]:
        """What is new, one message about a subject; none where nothing comes in time."""
        message = self._everything.receive(timeout_s)
        if message is None:
            return []
        subject = subject_of(message)
        self._subscribe(max(subject, len(self._subjects)))
        own = [newest for one in self._subjects if (newest := one.receive(0.0)) is not None]
        return own if self._subjects and subject else [message, *own]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def _subscribe(self, subjects: int) -> None:
        """Have subscriptions to so many subjects; for a single one that to everything will do."""
        while subjects > 1 and len(self._subjects) < subjects:
            one = NewestSubscription(self.address, beginning=beginning_of(len(self._subjects) + 1))
            self._subjects.append(self._closing.enter_context(one))
