"""The newest live frame and nothing else: however slow the watcher's screen, nobody waits for it."""

from collections.abc import Callable
from typing import Protocol

from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame

STALE_AFTER_S = 0.5


class Receiver(Protocol):
    """The receiving end of a subscription."""

    def receive_now(self) -> bytes | None:
        """Next message that has already arrived; None when there is none."""
        ...


class LiveFeed:
    """Frames of a hub as a viewer's source; older messages are dropped unread, `clock` tells seconds."""

    def __init__(self, receiver: Receiver, address: str, clock: Callable[[], float]) -> None:
        self._receiver, self._address, self._clock = receiver, address, clock
        self._newest: LiveFrame | None = None
        self._held: LiveFrame | None = None
        self._arrived_s = clock()
        self._refusal: str | None = None

    def newest(self) -> LiveFrame | None:
        """Frame to show now: the newest that has arrived, or the one at which the watcher paused."""
        self._take_newest()
        return self._newest if self._held is None else self._held

    def status(self) -> tuple[str, ...]:
        """Cameras, latency, clocks and losses of the frame that is shown."""
        shown = self._newest if self._held is None else self._held
        if shown is None:
            return (self._address,)
        paused = "   paused" if self._held is not None else ""
        return (
            f"live, {shown.views} cameras{paused}",
            f"latency {shown.latency_ms:.1f} ms   clocks ± {shown.sync_error_ms:.1f} ms",
            f"{shown.dropped} frames dropped",
        )

    def alert(self) -> str | None:
        """Say that nothing comes, or that what comes cannot be read."""
        silent_s = self._clock() - self._arrived_s
        if self._refusal is not None:
            return self._refusal
        if self._newest is None:
            return "nothing received yet" if silent_s > STALE_AFTER_S else None
        return f"no data for {silent_s:.1f} s" if silent_s > STALE_AFTER_S else None

    def press(self, key: str) -> None:
        """Obey `space`: hold the picture, or let it go on with the newest frame."""
        if key == "space":
            self._held = self._newest if self._held is None else None

    def _take_newest(self) -> None:
        message = None
        while (later := self._receiver.receive_now()) is not None:
            message = later
        if message is None:
            return
        self._arrived_s = self._clock()
        try:
            self._newest, self._refusal = decode_live_frame(message), None
        except ReconstructError as error:
            self._refusal = str(error)
