"""`valgus live CONFIG`: the hub of a session on running nodes."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer


def live(
    config: Annotated[Path, typer.Argument(help="LIVE.toml: rig, subject, streams, commands, recording.")],
) -> None:
    """Estimate what the nodes see, publish, stream and record it, until Ctrl-C.

    Nodes may start before or after this and may come and go.  Where a recording folder is configured, type
    'start NAME', 'mark TEXT' and 'stop'.
    """
    from valgus.live.config import read_live_config
    from valgus.live.report import report_lines
    from valgus.processes.child_environment import one_thread_each

    settings = read_live_config(config)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        _say("ending; press Ctrl-C once more to end at once")

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, end)
    with one_thread_each():
        from valgus.live.session import run_live

        report = run_live(settings, stop, _say, sys.stdin)
    for line in report_lines(report):
        _say(line)


def _say(line: str) -> None:
    print(line, flush=True)
