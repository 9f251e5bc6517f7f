"""The demonstration's hub, in a process of its own."""

from dataclasses import dataclass
from multiprocessing.connection import Connection

from capture.node import HubAddresses, StopSign
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.live import LiveReconstructor
from valgus.live.hub import Hub, HubBinding
from valgus.live.preparation import prepared_reconstructor


@dataclass(frozen=True)
class Opened:
    """The hub is ready: where nodes send to, and where results come from."""

    nodes: HubAddresses
    results: str


def run_hub(rig: Rig, static: KeypointTrial, wait_intervals: float, stop: StopSign, parent: Connection) -> None:
    """Say `Opened`, then lines of text as they come up, and in the end a `HubReport`."""
    reconstructor: LiveReconstructor = prepared_reconstructor(rig, static)
    with Hub(HubBinding(), rig.names, wait_intervals, tell=parent.send) as hub:
        parent.send(Opened(hub.addresses, hub.results))
        parent.send(hub.run(reconstructor, stop))
