"""The whole live system with real processes and sockets: complete, honest about itself, and hard to stop."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from reconstruct.types import LiveFrame
from stream.files.trial_folder import read_trial
from valgus.demo.comparison import COMPARED
from valgus.demo.demonstration import judged
from valgus.demo.performance import Performance
from valgus.demo.script import Script
from valgus.demo.stage import Stage


def run_demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "valgus", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def test_the_demo_measures_a_squat_and_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    shown = run_demo("--seconds", "3", "--cameras", "3", "--headless", "--seed", "1", "--out", str(out))
    assert (shown.returncode, shown.stderr) == (0, "")
    summary = json.loads((out / "summary.json").read_text())
    assert {"frames", "dropped", "latency_ms", "rmse_deg", "coverage95"} <= set(summary)
    assert 175 <= summary["frames"] <= 185
    assert summary["dropped"] == summary["dropped_on_purpose"]
    assert tuple(summary["rmse_deg"]) == tuple(summary["coverage95"]) == COMPARED
    assert summary["rmse_deg"]["knee_flexion"] < 6.0
    assert summary["rmse_deg"]["hip_adduction"] < 8.0
    assert 0.0 < summary["latency_ms"]["p50"] <= summary["latency_ms"]["p99"] <= summary["latency_ms"]["max"]
    assert "not the estimator's body model" in shown.stdout
    assert "0 lost" in shown.stdout
    trial = read_trial(out)
    assert len(trial.angles.time_s) == summary["frames"]
    assert trial.points is not None
    while_all_record = slice(2, -2)  # cameras begin and end at different moments
    assert np.isfinite(trial.points.xyz[while_all_record]).mean() > 0.99


def test_a_node_that_dies_is_missed_within_a_second_and_used_again() -> None:
    script = Script(seed=2, cameras=3, seconds=8.0)
    lines: list[tuple[float, str]] = []
    frames: list[LiveFrame] = []
    killed_s = 0.0
    with Stage(script.play()) as stage:
        nodes = stage.start()
        for frame in stage.frames(nodes, lambda line: lines.append((time.monotonic(), line))):
            frames.append(frame)
            if len(frames) == 60:
                killed_s = time.monotonic()
                nodes.actors[1].kill()
        report = stage.report
    silent = [at_s for at_s, line in lines if line.startswith("node 'node-cam02' (cam02) is silent")]
    back = [at_s for at_s, line in lines if line.startswith("node 'node-cam02' is back")]
    assert silent, lines
    assert back, lines
    assert silent[0] - killed_s < 1.0
    assert silent[0] < back[0]
    views = [frame.views for frame in frames]
    alone = views.index(2, 60)
    assert 3 in views[:60]
    assert 3 in views[alone:], "its views are used again"
    assert len(frames) == report.published >= 475, "the others go on"
    assert report.cameras["cam02"].missing > 60
    outcome = judged(script, Performance(frames, report, nodes.start_ns, 8.0))
    assert outcome.scores["knee_flexion"].rmse_deg < 6.0


def test_what_cannot_be_demonstrated(tmp_path: Path) -> None:
    for arguments, complaint in (
        (["--seconds", "0.5"], "valgus: --seconds 0.5: a squat takes longer; give 2 or more\n"),
        (["--cameras", "1"], "valgus: --cameras 1: give 2 to 16\n"),
    ):
        shown = run_demo(*arguments, "--out", str(tmp_path / "demo"))
        assert (shown.returncode, shown.stdout, shown.stderr) == (2, "", complaint)
    assert not (tmp_path / "demo").exists()
