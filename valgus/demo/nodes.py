"""The camera nodes of a demonstration: started together, started again when one dies."""

import time
from collections import Counter
from collections.abc import Iterator

from capture.node import HubAddresses, StopSign
from valgus.demo.node_process import Ready
from valgus.demo.play import Part, Play
from valgus.errors import ValgusError
from valgus.processes.actor import Actor
from valgus.processes.child import Trouble

_LEAD_NS = 2_000_000_000
"""From "everybody is ready" to the first frame: time for the nodes to learn the hub's clock."""
_RESTART_AFTER_S = 1.5
_MOST_DEATHS = 3


class Nodes:
    """One process per camera.

    Attributes
    ----------
    actors : in the order of the cameras
    start_ns : time of the first frame, hub clock
    """

    def __init__(self, play: Play, hub: HubAddresses, stop: StopSign) -> None:
        self._play, self._hub, self._stop = play, hub, stop
        self._died_s: dict[int, float] = {}
        self._deaths: Counter[int] = Counter()
        self._troubles: dict[int, str] = {}
        self.actors = [self._started(part) for part in play.parts]
        for actor in self.actors:
            actor.first_word(Ready)
        self.start_ns = time.monotonic_ns() + _LEAD_NS
        for camera in range(len(play.parts)):
            self._hand_over(camera)

    def tend(self, now_s: float) -> Iterator[str]:
        """Start those again that died a moment ago; yields one line each.

        Raises
        ------
        ValgusError : one dies again and again
        """
        for camera, actor in enumerate(self.actors):
            for word in actor.words():
                if isinstance(word, Ready):
                    self._hand_over(camera)
                elif isinstance(word, Trouble):
                    self._troubles[camera] = word.message
            if actor.failed and now_s - self._died_s.setdefault(camera, now_s) >= _RESTART_AFTER_S:
                del self._died_s[camera]
                yield self._restarted(camera)

    @property
    def gone(self) -> bool:
        """Whether every node has ended in peace."""
        return not any(actor.alive or actor.failed for actor in self.actors)

    def close(self) -> None:
        """Wait for every node to end."""
        for actor in self.actors:
            actor.close()

    def _started(self, part: Part) -> Actor:
        name = f"node-{part.camera}"
        return Actor(name, self._play.perform, name=name, hub=self._hub, stop=self._stop)

    def _restarted(self, camera: int) -> str:
        actor, trouble = self.actors[camera], self._troubles.get(camera, "it was ended from outside")
        self._deaths[camera] += 1
        if self._deaths[camera] > _MOST_DEATHS:
            raise ValgusError(f"{actor.title} dies again and again: {trouble}")
        actor.close()
        self.actors[camera] = self._started(self._play.parts[camera])
        return f"{actor.title} died ({trouble}); it is started again"

    def _hand_over(self, camera: int) -> None:
        """Give a node that is ready its part: earlier, the sender would have to wait for it."""
        self.actors[camera].say((self._play.parts[camera], self.start_ns))
