"""`valgus node CONFIG`: the process beside the cameras."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from capture.node_config import read_node_config
from capture.node_start import run_node


def node(
    config: Annotated[Path, typer.Argument(help="NODE.toml: cameras, detector and hub of this computer.")],
) -> None:
    """Find keypoints in the pictures of this computer's cameras and send them to the hub, until stopped."""
    settings = read_node_config(config)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    run_node(settings, stop)
