"""The newest live frame and nothing else: however slow the watcher's screen, nobody waits for it."""

from collections.abc import Callable

from capture.transport import NewestSubscription
from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from viewer.errors import ViewerError

STALE_AFTER_S = 0.5


class LiveFeed:
    """Frames of a hub as a viewer's source; `clock` tells seconds."""

    def __init__(self, subscription: NewestSubscription, clock: Callable[[], float]) -> None:
        self._subscription, self._clock = subscription, clock
        self._newest: LiveFrame | None = None
        self._held: LiveFrame | None = None
        self._arrived_s = clock()
        self._refusal: str | None = None

    def newest(self) -> LiveFrame | None:
        """Frame to show now: the newest that has arrived, or the one at which the watcher paused."""
        self._take(self._subscription.receive(0.0))
        return self._newest if self._held is None else self._held

    def wait(self, timeout_s: float) -> LiveFrame:
        """First frame, as soon as it comes.

        Raises
        ------
        ViewerError : nothing readable came in time
        """
        deadline_s = self._clock() + timeout_s
        while self._newest is None and (left_s := deadline_s - self._clock()) > 0:
            self._take(self._subscription.receive(left_s))
        if self._newest is None:
            found = self._refusal or f"nothing was published within {timeout_s:g} s; is the session running?"
            raise ViewerError(f"{self._subscription.address}: {found}")
        return self._newest

    def status(self) -> tuple[str, ...]:
        """Cameras, latency, clocks and losses of the frame that is shown."""
        shown = self._newest if self._held is None else self._held
        if shown is None:
            return (self._subscription.address,)
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

    def _take(self, message: bytes | None) -> None:
        if message is None:
            return
        self._arrived_s = self._clock()
        try:
            self._newest, self._refusal = decode_live_frame(message), None
        except ReconstructError as error:
            self._refusal = str(error)
