"""In the virtual machine: a node in a thread, and who listens to it."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from time import monotonic

from capture.camera_worker import Station
from capture.clock_service import ClockService
from capture.hub_addresses import HubAddresses
from capture.intake import Intake
from capture.node import run_live_node
from tests.hardware.guest.watch import Watch

_LAST_WORDS_S = 2.0


@contextmanager
def running_node(stations: Sequence[Station]) -> Generator[tuple[Watch, Callable[[], None]]]:
    """A node with these cameras; gives who listens to it, and what stops it and hears its last words."""
    intake, clock, stop = Intake("tcp://127.0.0.1:0"), ClockService("tcp://127.0.0.1:0"), threading.Event()
    hub = HubAddresses(intake.address, clock.address)
    node = threading.Thread(target=run_live_node, args=("node", hub, stations, stop))
    node.start()
    watch = Watch(intake)

    def finish() -> None:
        stop.set()
        watch.listen_until(lambda: not node.is_alive())
        ended_s = monotonic()
        watch.listen_until(lambda: monotonic() - ended_s > _LAST_WORDS_S)

    try:
        yield watch, finish
    finally:
        stop.set()
        node.join()
        clock.close()
        intake.close()
