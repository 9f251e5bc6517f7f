"""One play from the first process to the last."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from reconstruct.types import LiveFrame
from valgus.demo.play import Play
from valgus.demo.stage import Stage
from valgus.live.report import HubReport
from valgus.live.window import can_show, open_window

Tell = Callable[[str], None]
"""Receives lines for a person."""


@dataclass(frozen=True, eq=False)
class Performance:
    """What was published, in order, and the hub's own report.

    `start_ns` is the time of the first exposure (hub clock), `seconds` the time from the first to the last result.
    """

    frames: list[LiveFrame]
    report: HubReport
    start_ns: int
    seconds: float


def perform(play: Play, show: bool, tell: Tell) -> Performance:
    """Start hub, viewer (`show`, and where there is a display) and nodes; listen until the hub has reported."""
    with ExitStack() as closing:
        stage = closing.enter_context(Stage(play, tell))
        if show and can_show():
            closing.callback(open_window(stage.results, play.rig, "valgus demo", tell).kill)
        nodes = stage.start()
        tell(f"results are published at {stage.results}")
        arrivals_s: list[float] = []
        frames: list[LiveFrame] = []
        for frame in stage.frames(nodes, tell):
            arrivals_s.append(time.monotonic())
            frames.append(frame)
        seconds = arrivals_s[-1] - arrivals_s[0] if arrivals_s else 0.0
        return Performance(frames, stage.report, nodes.start_ns, seconds)
