"""One recorded camera's node, in a process of its own: the real detector on every frame."""

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from capture.camera_worker import Station
from capture.node import HubAddresses, StopSign, run_lock_step_node
from valgus.demo.node_process import Ready


@dataclass(frozen=True)
class FootagePart:
    """A camera's video and the name of the detector that looks at it."""

    camera: str
    video: Path
    detector: str


def run_footage_node(name: str, hub: HubAddresses, stop: StopSign, parent: Connection) -> None:
    """Say `Ready`, receive (part, start time, which recordings ignore), publish every frame."""
    from capture.cameras.video_file import VideoFile
    from capture.detectors.catalogue import create_detector

    parent.send(Ready())
    part, _ = parent.recv()
    station = Station(VideoFile(part.video, part.camera), create_detector(part.detector))
    run_lock_step_node(name, hub, [station], stop)
