"""A demonstration from the first process to the last."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from capture.transport import Subscription
from reconstruct.types import LiveFrame
from reconstruct.wire import decode_live_frame
from valgus.demo.hub_process import Opened, run_hub
from valgus.demo.nodes import Nodes
from valgus.demo.play import Play
from valgus.errors import ValgusError
from valgus.live.report import HubReport
from valgus.processes.actor import SPAWN, Actor
from valgus.processes.child import Trouble

_LISTEN_S = 0.05
_FAREWELL_S = 5.0


class Stage:
    """The hub at work, and the nodes once `start` has been called; `tell` hears how far a first start is.

    Attributes
    ----------
    results : address at which anybody may watch
    """

    def __init__(self, play: Play, tell: Callable[[str], None] | None = None) -> None:
        self._play = play
        self._stop = SPAWN.Event()
        self._report: HubReport | None = None
        self._gone_s: float | None = None
        self._closing = ExitStack()
        self._hub = Actor("the hub", run_hub, **play.hub, stop=self._stop)
        with ExitStack() as closing_early:
            closing_early.callback(self._hub.close)
            opened: Opened = self._hub.first_word(Opened, tell)
            self._addresses, self.results = opened.nodes, opened.results
            self._subscription = closing_early.enter_context(Subscription(opened.results))
            closing_early.callback(self._stop.set)
            self._closing = closing_early.pop_all()

    def start(self) -> Nodes:
        """Start the nodes; the first frame comes a moment later."""
        nodes = Nodes(self._play, self._addresses, self._stop)
        self._closing.callback(nodes.close)
        self._closing.callback(self._stop.set)
        return nodes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def frames(self, nodes: Nodes, tell: Callable[[str], None]) -> Iterator[LiveFrame]:
        """Results as they come, until the hub has reported; `tell` receives what people should know at once."""
        while self._report is None and self._hub.alive:
            yield from self._arriving(_LISTEN_S)
            for line in nodes.tend(time.monotonic()):
                tell(line)
            self._hear_the_hub(tell)
            if nodes.gone:
                self._wait_for_the_end()
        self._hear_the_hub(tell)
        yield from self._arriving(_LISTEN_S)

    @property
    def report(self) -> HubReport:
        """The hub's own report, once the last frame has come; raises ValgusError where there is none."""
        if self._report is None:
            raise ValgusError("the hub ended without a report; run again with VALGUS_DEBUG=1")
        return self._report

    def _arriving(self, timeout_s: float) -> Iterator[LiveFrame]:
        while (message := self._subscription.receive(timeout_s)) is not None:
            yield decode_live_frame(message)
            timeout_s = 0.0

    def _wait_for_the_end(self) -> None:
        """Tell the hub to stop where a farewell was lost."""
        if self._gone_s is None:
            self._gone_s = time.monotonic()
        if time.monotonic() - self._gone_s > _FAREWELL_S:
            self._stop.set()

    def _hear_the_hub(self, tell: Callable[[str], None]) -> None:
        for word in self._hub.words():
            if isinstance(word, HubReport):
                self._report = word
            elif isinstance(word, Trouble):
                raise ValgusError(f"the hub stopped: {word.message}")
            else:
                tell(word)
