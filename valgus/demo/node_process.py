"""One virtual camera's node, in a process of its own that imports nothing it does not need."""

import os
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from capture.camera_worker import Station
from capture.node import HubAddresses, StopSign, run_live_node
from capture.types import Array
from valgus.virtual_lab.camera import VirtualCamera, VirtualDetector
from valgus.virtual_lab.schedule import Schedule

_NICENESS = 10
"""A virtual camera stands for one on another computer: it must not keep the hub from this one."""


@dataclass(frozen=True, eq=False)
class VirtualPart:
    """What one camera plays: its run, and what its detector will find.

    Attributes
    ----------
    uv, confidence : (F, P, 26, 2) px and (F, P, 26) of P people
    """

    camera: str
    image_size: tuple[int, int]
    run: Schedule
    uv: Array
    confidence: Array


@dataclass(frozen=True)
class Ready:
    """A node is there; it waits for its part and the time of the first frame."""


def run_node(name: str, hub: HubAddresses, stop: StopSign, parent: Connection) -> None:
    """Say `Ready`, receive (part, start_ns), publish until the run is over."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    parent.send(Ready())
    part, start_ns = parent.recv()
    camera = VirtualCamera(part.camera, part.run, start_ns)
    detector = VirtualDetector(part.image_size, part.uv, part.confidence)
    clock = partial(_clock_ahead, part.run.clock_ahead_ns)
    run_live_node(name, hub, [Station(camera, detector)], stop, clock)


def _clock_ahead(ahead_ns: int) -> int:
    return time.monotonic_ns() + ahead_ns
