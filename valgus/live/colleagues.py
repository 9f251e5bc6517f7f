"""Whom the hub works with: who turns views into bodies, and who keeps what arrives."""

from collections.abc import Iterable
from typing import Protocol

from capture.messages import KeypointsMessage, TagsMessage
from capture.types import FrameSet, Keypoints2D
from stream.feed.live_event import LiveEvent
from valgus.live.estimates import Estimate


class Reconstructor(Protocol):
    """What turns views into bodies."""

    def collect(self, view: Keypoints2D) -> None:
        """A view has come whose instant is not complete; returns at once."""
        ...

    def work_ahead(self) -> bool:
        """Do one thing, of a millisecond at most, that need not wait for the next view; False where there is none."""
        ...

    def update(self, views: FrameSet) -> Iterable[Estimate]:
        """Points and angles of every subject from the views of one instant, each as soon as it is found."""
        ...


class Attendant(Protocol):
    """Who keeps what arrives and knows what else is to be published; its methods return at once."""

    def keep(self, message: KeypointsMessage | TagsMessage) -> None:
        """Keep a message that is used."""
        ...

    def events(self) -> Iterable[LiveEvent]:
        """What has happened since the last time."""
        ...


class Nobody:
    """An attendant who keeps nothing."""

    def keep(self, message: KeypointsMessage | TagsMessage) -> None:
        """Let it pass."""

    def events(self) -> Iterable[LiveEvent]:
        """Nothing."""
        return ()
