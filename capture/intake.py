"""The hub's end of the wire: whatever the nodes send, decoded; what is no message is counted and left out."""

import time
from collections.abc import Callable

from capture.camera_owners import CameraOwners
from capture.errors import CaptureError
from capture.guard import Guard
from capture.messages import Heartbeat, KeypointsMessage, StreamEnd, TagsMessage
from capture.rate_limit import RateLimit
from capture.transport import Inbox
from capture.wire import decode

NodeMessage = KeypointsMessage | TagsMessage | Heartbeat | StreamEnd

_MOST_AHEAD_NS = 1_000_000_000
_MOST_PER_SECOND, _MOST_AT_ONCE = 1000.0, 2000.0
"""Keypoint messages of one camera: four times what the fastest camera sends, and what gathers in a short cut."""


class Intake:
    """Receives from every node that connects to `address`.

    Parameters
    ----------
    address : where to listen
    clock : the hub's, so that frames from the future are refused; None for recordings, which keep their own time
    guard : decides who may connect; needed for nodes on other machines

    Attributes
    ----------
    refused : messages that were left out
    last_refusal : why the latest of them was, one line; empty while there is none
    """

    def __init__(
        self, address: str, clock: Callable[[], int] | None = time.monotonic_ns, guard: Guard | None = None
    ) -> None:
        self._inbox, self._clock = Inbox(address, guard), clock
        self._limit = RateLimit(_MOST_PER_SECOND, _MOST_AT_ONCE)
        self._owners = CameraOwners()
        self.refused = 0
        self.last_refusal = ""

    @property
    def address(self) -> str:
        """Where nodes send to."""
        return self._inbox.address

    def receive(self, timeout_s: float) -> NodeMessage | None:
        """Next message; None when none comes in time or what came was refused."""
        content = self._inbox.receive(timeout_s)
        if content is None:
            return None
        try:
            return self._checked(content)
        except CaptureError as refusal:
            self.refused += 1
            self.last_refusal = str(refusal)
            return None

    def close(self) -> None:
        """Stop listening."""
        self._inbox.close()

    def _checked(self, content: bytes) -> NodeMessage:
        message = decode(content)
        if not isinstance(message, NodeMessage):
            raise CaptureError(f"message: a {type(message).__name__} does not belong here; nodes ask another address")
        if self._clock is None:
            return message
        now_ns = self._clock()
        if isinstance(message, KeypointsMessage):
            seen = message.keypoints
            self._check_live(f"camera '{seen.camera}' of node '{message.node}'", seen.time_ns, now_ns)
            self._owners.check(seen.camera, message.node, now_ns)
        elif isinstance(message, TagsMessage):
            tags = message.tags
            self._check_live(f"camera '{tags.camera}' (tags) of node '{message.node}'", tags.time_ns, now_ns)
            self._owners.check(tags.camera, message.node, now_ns)
        return message

    def _check_live(self, sender: str, time_ns: int, now_ns: int) -> None:
        if not self._limit.admits(sender, now_ns):
            raise CaptureError(f"message: {sender} sends more than {_MOST_PER_SECOND:g} messages a second")
        ahead_ns = time_ns - now_ns
        if ahead_ns > _MOST_AHEAD_NS:
            raise CaptureError(
                f"message: {sender} is {ahead_ns / 1e9:.1f} s in the future; its clock does not follow the hub's"
            )
