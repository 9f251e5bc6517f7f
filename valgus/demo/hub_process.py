"""The demonstration's hub, in a process of its own."""

from dataclasses import dataclass
from multiprocessing.connection import Connection

from capture.node import HubAddresses, StopSign
from geometry.rig import Rig
from valgus.live.admission import Admission
from valgus.live.estimates import OnlyOne
from valgus.live.hub import Hub, HubBinding, Pace
from valgus.live.person import Person, keypoints_of
from valgus.live.preparation import reconstructor_of


@dataclass(frozen=True)
class Opened:
    """The hub is ready: where nodes send to, and where results come from."""

    nodes: HubAddresses
    results: str


def run_hub(rig: Rig, person: Person, pace: Pace, stop: StopSign, parent: Connection) -> None:
    """Say lines of text as they come up, `Opened` when ready, and in the end a `HubReport`.

    `person` is the static trial to learn from, or only what the detectors will emit.
    """
    reconstructor = OnlyOne(reconstructor_of(rig, person, parent.send))
    with Hub(HubBinding(), Admission(rig, keypoints_of(person)), pace, parent.send) as hub:
        parent.send(Opened(hub.addresses, hub.results))
        parent.send(hub.run_until_cameras_end(reconstructor, stop))
