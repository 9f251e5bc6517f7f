"""The camera nodes of a demonstration: started together, started again when one dies."""

import time
from collections.abc import Iterator, Sequence

from capture.node import HubAddresses, StopSign
from valgus.demo.actor import Actor
from valgus.demo.child import Trouble
from valgus.demo.node_process import Part, Ready, run_node

_LEAD_NS = 2_000_000_000
"""From "everybody is ready" to the first frame: time for the nodes to learn the hub's clock."""
_RESTART_AFTER_S = 1.5


class Nodes:
    """One process per camera.

    Attributes
    ----------
    actors : in the order of the cameras
    start_ns : time of the first frame, hub clock
    """

    def __init__(self, parts: Sequence[Part], hub: HubAddresses, stop: StopSign) -> None:
        self._parts, self._hub, self._stop = parts, hub, stop
        self._died_s: dict[int, float] = {}
        self.actors = [self._started(part) for part in parts]
        for actor in self.actors:
            actor.first_word(Ready)
        self.start_ns = time.monotonic_ns() + _LEAD_NS
        for camera in range(len(parts)):
            self._hand_over(camera)

    def tend(self, now_s: float) -> Iterator[str]:
        """Start those again that died a moment ago; yields one line each."""
        for camera, actor in enumerate(self.actors):
            for word in actor.words():
                if isinstance(word, Ready):
                    self._hand_over(camera)
                elif isinstance(word, Trouble):
                    yield f"{actor.title}: {word.message}"
            if actor.failed and now_s - self._died_s.setdefault(camera, now_s) >= _RESTART_AFTER_S:
                del self._died_s[camera]
                actor.close()
                self.actors[camera] = self._started(self._parts[camera])
                yield f"{actor.title} died; it is started again"

    def close(self) -> None:
        """Wait for every node to end."""
        for actor in self.actors:
            actor.close()

    def _started(self, part: Part) -> Actor:
        name = f"node-{part.camera}"
        return Actor(name, run_node, name=name, hub=self._hub, stop=self._stop)

    def _hand_over(self, camera: int) -> None:
        """Give a node that is ready its part: earlier, the sender would have to wait for it."""
        self.actors[camera].say((self._parts[camera], self.start_ns))
