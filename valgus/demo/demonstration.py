"""The two demonstrations: a virtual person whose truth is known, and real footage."""

from pathlib import Path

import numpy as np

from valgus.demo.comparison import Score, compare
from valgus.demo.footage import footage_play
from valgus.demo.outcome import Outcome, median_reprojection_px, table
from valgus.demo.output import write_outcome
from valgus.demo.performance import Performance, Tell, perform
from valgus.demo.play import Play
from valgus.demo.script import Script


def demonstrate_squats(script: Script, out: Path, show: bool, tell: Tell) -> None:
    """Run the whole live system on a virtual person and judge it; `show` opens a window where there is a display."""
    tell(f"a virtual person and {script.cameras} cameras get ready; the very first time this takes minutes")
    play = script.play()
    performance = perform(play, show, tell)
    tell_all(play, performance, judged(script, performance), out, tell)


def demonstrate_footage(out: Path, show: bool, tell: Tell) -> None:
    """Run the balancing clip through real detectors, every frame in turn."""
    tell("four cameras of real footage get ready; the very first time this takes minutes")
    play = footage_play(tell)
    performance = perform(play, show, tell)
    tell_all(play, performance, outcome_of(performance, dropped_on_purpose=0, scores={}), out, tell)


def judged(script: Script, performance: Performance) -> Outcome:
    """Compare what arrived with what was true at the same times."""
    angles = [frame.angles for frame in performance.frames]
    times_ns = np.array([one.time_ns for one in angles], dtype=np.int64)
    scores = compare(angles, script.truth(times_ns, performance.start_ns).angles)
    on_purpose = sum(int(part.run.dropped.sum()) for part in script.parts())
    return outcome_of(performance, on_purpose, scores)


def outcome_of(performance: Performance, dropped_on_purpose: int, scores: dict[str, Score]) -> Outcome:
    """Figures of a performance."""
    frames, report = performance.frames, performance.report
    return Outcome(
        frames=len(frames),
        dropped=sum(camera.missing for camera in report.cameras.values()),
        dropped_on_purpose=dropped_on_purpose,
        seconds=performance.seconds,
        latency_ms=report.latency_ms,
        in_vain=report.in_vain,
        capture_to_result_ms=_known([frame.latency_ms for frame in frames]),
        reprojection_px=median_reprojection_px(frames),
        scores=scores,
    )


def tell_all(play: Play, performance: Performance, outcome: Outcome, out: Path, tell: Tell) -> None:
    """Write the results, then say what they are."""
    write_outcome(out, play.rig, performance.frames, outcome)
    for line in ("", *table(outcome), "", f"written to {out}; watch it with: valgus view {out}"):
        tell(line)


def _known(values: list[float]) -> np.ndarray:
    array = np.array(values)
    return array[np.isfinite(array)]
