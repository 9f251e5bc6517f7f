"""`valgus cameras record`: the cameras of one computer onto its disk."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer


def record(
    config: Annotated[Path, typer.Argument(help="NODE.toml with cameras and [recording].")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long; else until Ctrl-C.")] = None,
) -> None:
    """Record the cameras of this computer, without a session: boards for calibration, a static trial, a movement."""
    from capture.local_recording import record_here
    from capture.node_config import read_node_config

    settings = read_node_config(config)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, end)
    if seconds is not None:
        threading.Timer(seconds, stop.set).start()
    record_here(settings, stop, typer.echo)
