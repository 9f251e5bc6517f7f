"""Keypoints of one camera onto the wire: numbered, and timed by the hub's clock."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from capture.messages import KeypointsMessage, StreamEnd, TagsMessage
from capture.transport import Outbox
from capture.types import Keypoints2D, Tags2D
from capture.wire import encode


class TimeTranslator(Protocol):
    """Turns a node's times into times that all nodes share."""

    def translate(self, node_ns: int) -> tuple[int, int] | None:
        """Shared time and its standard deviation, ns; None while it is not known."""
        ...


class RecordedTime:
    """Recordings keep the time of their containers, which all of them share."""

    def translate(self, node_ns: int) -> tuple[int, int]:
        """Leave the time as it is."""
        return node_ns, 0


class KeypointSender:
    """Sends what one camera saw, and hands every message about a frame to `keep`."""

    def __init__(
        self, node: str, camera: str, outbox: Outbox, times: TimeTranslator, keep: Callable[[bytes], None]
    ) -> None:
        self._node, self._camera, self._outbox, self._times = node, camera, outbox, times
        self._keep = keep
        self._sent = 0

    def send(self, seen: Keypoints2D, tags: Tags2D | None = None) -> bool:
        """Send what was seen in a frame stamped by the node's clock.

        Returns False, and sends nothing, while the hub's time is unknown.
        """
        translated = self._times.translate(seen.time_ns)
        if translated is None:
            return False
        time_ns, sd_ns = translated
        timed = replace(seen, time_ns=time_ns, time_sd_ns=math.ceil(math.hypot(seen.time_sd_ns, sd_ns)))
        if tags is not None:  # first, so that a set of views that is complete never lacks the tags of its last view
            same_time = replace(tags, time_ns=timed.time_ns, time_sd_ns=timed.time_sd_ns)
            self._pass_on(TagsMessage(self._node, self._sent, same_time))
        self._pass_on(KeypointsMessage(self._node, self._sent, timed))
        self._sent += 1
        return True

    def end(self) -> None:
        """Tell that the camera has no more frames."""
        self._outbox.send(encode(StreamEnd(self._node, self._camera, self._sent)))

    def _pass_on(self, message: KeypointsMessage | TagsMessage) -> None:
        content = encode(message)
        self._keep(content)
        self._outbox.send(content)
