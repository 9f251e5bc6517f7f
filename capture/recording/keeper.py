"""Who keeps what a camera delivers."""

from collections.abc import Callable
from typing import Protocol

from capture.keypoint_sender import TimeTranslator
from capture.types import Frame


class Keeper(Protocol):
    """Keeps what a camera delivers, without ever making it wait."""

    @property
    def recorded(self) -> int:
        """Frames kept so far."""
        ...

    @property
    def notice(self) -> str:
        """One line on what is wrong or will soon be, else empty."""
        ...

    def frame(self, frame: Frame) -> None:
        """Keep a frame."""
        ...

    def keypoints(self, message: bytes) -> None:
        """Keep keypoints as they were sent."""
        ...

    def close(self) -> None:
        """Finish."""
        ...


class KeepNothing:
    """For cameras that are not recorded."""

    recorded, notice = 0, ""

    def frame(self, frame: Frame) -> None:
        """Let go of a frame."""

    def keypoints(self, message: bytes) -> None:
        """Let go of keypoints."""

    def close(self) -> None:
        """Nothing is held."""


OpenKeeper = Callable[[TimeTranslator], Keeper]
"""Begins to keep, given what turns the node's times into the hub's."""


def keep_nothing(times: TimeTranslator) -> Keeper:
    """Keep nothing of a camera."""
    return KeepNothing()
