"""The demonstration's hub, in a process of its own."""

from dataclasses import dataclass
from multiprocessing.connection import Connection

from capture.keypoint_sets import KeypointSet
from capture.node import HubAddresses, StopSign
from capture.types import KeypointTrial
from geometry.rig import Rig
from valgus.live.hub import Hub, HubBinding
from valgus.live.preparation import average_reconstructor, prepared_reconstructor


@dataclass(frozen=True)
class Opened:
    """The hub is ready: where nodes send to, and where results come from."""

    nodes: HubAddresses
    results: str


def run_hub(
    rig: Rig, person: KeypointTrial | KeypointSet, wait_intervals: float, stop: StopSign, parent: Connection
) -> None:
    """Say `Opened`, then lines of text as they come up, and in the end a `HubReport`.

    `person` is the static trial to learn from, or only what the detectors will emit.
    """
    if isinstance(person, KeypointTrial):
        reconstructor = prepared_reconstructor(rig, person)
    else:
        reconstructor = average_reconstructor(rig, person)
    with Hub(HubBinding(), rig.names, wait_intervals, tell=parent.send) as hub:
        parent.send(Opened(hub.addresses, hub.results))
        parent.send(hub.run(reconstructor, stop))
