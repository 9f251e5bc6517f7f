"""Which nodes are there: one that falls silent is reported, and again when it is back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from capture.messages import CameraStatus, Heartbeat, KeypointsMessage, Message, StreamEnd

SILENCE_NS = 700_000_000
"""Nodes give a sign of life several times a second; longer silence than this is an absence."""


@dataclass(slots=True)
class _Node:
    heard_ns: int
    cameras: dict[str, CameraStatus | None] = field(default_factory=dict[str, CameraStatus | None])
    ended: set[str] = field(default_factory=set[str])
    silent: bool = False

    @property
    def finished(self) -> bool:
        """Whether every camera of the node has said goodbye."""
        return bool(self.cameras) and self.ended >= set(self.cameras)


class Roster:
    """Nodes by name, with when they were last heard; times are of the hub's clock.

    `expected` names the cameras without which a session is not over.
    """

    def __init__(self, expected: Iterable[str]) -> None:
        self._expected = frozenset(expected)
        self._nodes: dict[str, _Node] = {}

    def heard(self, message: Message, now_ns: int) -> Iterator[str]:
        """Note a message; yields what is worth telling a person, one line each."""
        if not isinstance(message, Heartbeat | KeypointsMessage | StreamEnd):
            return
        node = self._nodes.setdefault(message.node, _Node(now_ns))
        if node.silent:
            yield f"node '{message.node}' is back after {(now_ns - node.heard_ns) / 1e9:.1f} s"
        node.heard_ns, node.silent = now_ns, False
        yield from self._noted(node, message)

    def overdue(self, now_ns: int) -> Iterator[str]:
        """Nodes that have just been silent for too long, one line each, once per absence."""
        for name, node in self._nodes.items():
            silence_ns = now_ns - node.heard_ns
            if silence_ns > SILENCE_NS and not node.silent and not node.finished:
                node.silent = True
                watched = ", ".join(sorted(node.cameras)) or "no camera yet"
                yield f"node '{name}' ({watched}) is silent since {silence_ns / 1e9:.1f} s; going on without it"

    @property
    def all_finished(self) -> bool:
        """Whether every expected camera has ended."""
        return self._expected <= {camera for node in self._nodes.values() for camera in node.ended}

    def _noted(self, node: _Node, message: Heartbeat | KeypointsMessage | StreamEnd) -> Iterator[str]:
        if isinstance(message, KeypointsMessage):
            node.cameras.setdefault(message.keypoints.camera, None)
            node.ended.discard(message.keypoints.camera)
        elif isinstance(message, StreamEnd):
            node.cameras.setdefault(message.camera, None)
            node.ended.add(message.camera)
        else:
            for status in message.cameras:
                before = node.cameras.get(status.camera)
                camera = f"camera '{status.camera}' of node '{message.node}'"
                if status.state == "lost" and (before is None or before.state != "lost"):
                    yield f"{camera} is gone; going on without it"
                elif status.notice and (before is None or before.notice != status.notice):
                    yield f"{camera}: {status.notice}"
                node.cameras[status.camera] = status
