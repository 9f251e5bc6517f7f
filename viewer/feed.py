"""The newest live frame of every subject and nothing else: however slow the watcher's screen, nobody waits for it."""

from collections.abc import Callable
from typing import Protocol

from reconstruct.errors import ReconstructError
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from viewer.errors import ViewerError

STALE_AFTER_S = 0.5
_OTHERS_WAIT_S = 0.2


class Newest(Protocol):
    """Where a hub's messages come from: the newest about each subject."""

    @property
    def address(self) -> str:
        """Of the hub."""
        ...

    def receive(self, timeout_s: float) -> list[bytes]:
        """What is new, one message about a subject; none where nothing comes in time."""
        ...


class LiveFeed:
    """Frames of a hub as a viewer's source; `clock` tells seconds."""

    def __init__(self, subscription: Newest, clock: Callable[[], float]) -> None:
        self._subscription, self._clock = subscription, clock
        self._newest: dict[int, LiveFrame] = {}
        self._held: dict[int, LiveFrame] | None = None
        self._came_s: dict[int, float] = {}
        self._arrived_s = clock()
        self._chosen = 1
        self._refusal: str | None = None

    def newest(self) -> LiveFrame | None:
        """Frame to show now: the newest that has arrived, or the one at which the watcher paused."""
        self._take_all(self._subscription.receive(0.0))
        return self._shown()

    def others(self) -> tuple[LiveFrame, ...]:
        """The newest of the other subjects, or those at which the watcher paused."""
        shown = self._shown()
        return tuple(frame for _, frame in sorted(self._frames().items()) if frame is not shown)

    def choose(self, subject: int) -> None:
        """Show this subject from now on."""
        self._chosen = subject

    def wait(self, timeout_s: float) -> LiveFrame:
        """First frame, as soon as it comes, and those of other subjects that come with it.

        Raises
        ------
        ViewerError : nothing readable came in time
        """
        deadline_s = self._clock() + timeout_s
        while not self._newest and (left_s := deadline_s - self._clock()) > 0:
            self._take_all(self._subscription.receive(left_s))
        others_s = self._clock() + _OTHERS_WAIT_S
        while self._newest and (left_s := others_s - self._clock()) > 0:
            self._take_all(self._subscription.receive(left_s))
        shown = self._shown()
        if shown is None:
            found = self._refusal or f"nothing was published within {timeout_s:g} s; is the session running?"
            raise ViewerError(f"{self._subscription.address}: {found}")
        return shown

    def status(self) -> tuple[str, ...]:
        """Who it is where several are about; cameras, latency, clocks and losses of the frame that is shown."""
        shown = self._shown()
        if shown is None:
            return (self._subscription.address,)
        paused = "   paused" if self._held is not None else ""
        return (
            f"live, {shown.views} cameras{paused}",
            f"latency {shown.latency_ms:.1f} ms   clocks ± {shown.sync_error_ms:.1f} ms",
            f"{shown.dropped} frames dropped",
            *((_who(shown),) if shown.others or len(self._frames()) > 1 else ()),
        )

    def alert(self) -> str | None:
        """Say that nothing comes, or that what comes cannot be read."""
        silent_s = self._clock() - self._arrived_s
        if self._refusal is not None:
            return self._refusal
        if not self._newest:
            return "nothing received yet" if silent_s > STALE_AFTER_S else None
        return f"no data for {silent_s:.1f} s" if silent_s > STALE_AFTER_S else None

    def press(self, key: str) -> None:
        """Obey `space`: hold the picture, or let it go on with the newest frame."""
        if key == "space":
            self._held = dict(self._newest) or None if self._held is None else None

    def _frames(self) -> dict[int, LiveFrame]:
        return self._newest if self._held is None else self._held

    def _shown(self) -> LiveFrame | None:
        """Of the chosen subject, or of the first one of whom there is a frame."""
        frames = self._frames()
        return frames.get(self._chosen) or frames.get(min(frames, default=self._chosen))

    def _take_all(self, messages: list[bytes]) -> None:
        for message in messages:
            self._arrived_s = self._clock()
            try:
                frame = decode_live_frame(message)
            except ReconstructError as error:
                self._refusal = str(error)
                continue
            self._refusal = None
            self._newest[frame.subject], self._came_s[frame.subject] = frame, self._arrived_s
        self._forget_silent()

    def _forget_silent(self) -> None:
        """Subjects of whom nothing comes any more, while others come, are not in the session any more."""
        last_s = max(self._came_s.values(), default=0.0)
        for subject in [s for s, came_s in self._came_s.items() if last_s - came_s > STALE_AFTER_S]:
            del self._newest[subject], self._came_s[subject]


def _who(frame: LiveFrame) -> str:
    return f"subject {frame.subject}: " + ("away" if frame.person < 0 else f"person {frame.person}")
