"""The demonstration: play, watch, compare with the truth, tell."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from geometry.rig import Rig
from reconstruct.types import LiveFrame
from valgus.demo.actor import Actor
from valgus.demo.comparison import compare
from valgus.demo.outcome import Outcome, table
from valgus.demo.output import write_outcome
from valgus.demo.script import Script
from valgus.demo.stage import Stage
from valgus.demo.viewer_process import ViewerReady, can_show, run_viewer
from valgus.errors import ValgusError
from valgus.live.report import HubReport

Tell = Callable[[str], None]


def demonstrate(script: Script, out: Path, show: bool, tell: Tell) -> Outcome:
    """Run the whole live system on this machine and judge it; `show` opens a window where there is a display."""
    tell(f"a virtual person and {script.cameras} cameras get ready; the very first time this takes a minute")
    with ExitStack() as closing:
        stage = closing.enter_context(Stage(script))
        if show and can_show():
            closing.callback(_open_window(stage.results, script.lab().rig, tell).kill)
        nodes = stage.start()
        tell(f"{script.seconds:g} s of squats; results are published at {stage.results}")
        frames = list(stage.frames(nodes, tell))
        report = stage.report
    outcome = judged(script, frames, report, nodes.start_ns)
    write_outcome(out, script.lab().rig, frames, outcome)
    for line in ("", *table(outcome), "", f"written to {out}"):
        tell(line)
    return outcome


def _open_window(results: str, rig: Rig, tell: Tell) -> Actor:
    """The viewer's process; a window that cannot be opened is said and does not matter to anybody else."""
    window = Actor("the viewer", run_viewer, results=results, rig=rig)
    try:
        window.first_word(ViewerReady)
    except ValgusError as error:
        tell(f"going on without a window: {error}")
    return window


def judged(script: Script, frames: list[LiveFrame], report: HubReport, start_ns: int) -> Outcome:
    """Compare what arrived with what was true at the same times."""
    times_ns = np.array([frame.angles.time_ns for frame in frames], dtype=np.int64)
    truth = script.truth(times_ns, start_ns)
    return Outcome(
        frames=len(frames),
        dropped=sum(camera.missing for camera in report.cameras.values()),
        dropped_on_purpose=sum(int(part.run.dropped.sum()) for part in script.parts()),
        latency_ms=report.latency_ms,
        capture_to_result_ms=np.array([frame.latency_ms for frame in frames]),
        scores=compare([frame.angles for frame in frames], truth.angles),
    )
