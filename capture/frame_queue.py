"""Between the thread that grabs frames and the one that looks at them."""

import threading
from collections import deque

from capture.types import Frame

BACKLOG = 8


class FrameQueue:
    """A short queue that never makes the camera wait.

    When it is full its oldest frame is left out.  Every frame that is left out counts in `dropped`.
    """

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def finished(self) -> bool:
        """Whether no frame is left and none will come."""
        return self._closed and not self._frames

    def put(self, frame: Frame) -> None:
        """Add the newest frame."""
        with self._changed:
            self._frames.append(frame)
            if len(self._frames) > BACKLOG:
                self._frames.popleft()
                self.dropped += 1
            self._changed.notify()

    def oldest(self, timeout_s: float) -> Frame | None:
        """Next frame in order, for one who keeps up; None when none comes in time."""
        with self._changed:
            self._wait(timeout_s)
            return self._frames.popleft() if self._frames else None

    def newest(self, timeout_s: float) -> Frame | None:
        """Latest frame, those before it left out, for one who is slower than the camera."""
        with self._changed:
            self._wait(timeout_s)
            if not self._frames:
                return None
            frame = self._frames.pop()
            self.dropped += len(self._frames)
            self._frames.clear()
            return frame

    def close(self) -> None:
        """No more frames will come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self, timeout_s: float) -> None:
        self._changed.wait_for(lambda: bool(self._frames) or self._closed, timeout_s)
