"""What was recorded beside the cameras goes along with the results, and from there into other formats."""

from pathlib import Path

import numpy as np
import pytest

from stream.files.analog import AnalogTrial, read_analog, write_analog
from stream.files.c3d_read import read_c3d
from stream.files.events import TrialEvent, read_events, write_events
from tests.support.process_command import process, write_session
from valgus.cli.main import main
from valgus.virtual_lab import motion
from valgus.virtual_lab.trial import MAIN, STATIC, virtual_lab

FPS, FRAMES = 30.0, 30


def test_force_plates_and_marks_reach_a_c3d(tmp_path: Path) -> None:
    lab = virtual_lab(seed=7)
    times = np.tile(np.arange(FRAMES) / FPS, (len(lab.rig), 1))
    write_session(
        tmp_path, lab.rig, lab.record(motion.squat, times, MAIN), lab.record(motion.stand, times[:, :15], STATIC)
    )
    sample_s = np.arange(300) / 300.0
    force = AnalogTrial(sample_s, ("Fz",), ("N",), 800.0 + 100.0 * np.sin(2.0 * np.pi * sample_s)[:, None])
    write_analog(tmp_path / "main" / "analog.parquet", force)
    write_events(tmp_path / "main" / "events.csv", (TrialEvent(0.4, "mark left knee"),))
    assert process(tmp_path) == 0
    kept = read_analog(tmp_path / "out" / "analog.parquet")
    assert kept is not None
    np.testing.assert_array_equal(kept.values, force.values)
    assert [event.time_s for event in read_events(tmp_path / "out" / "events.csv")] == [0.4]
    assert main(["export", str(tmp_path / "out"), "--format", "c3d"]) == 0
    exported = read_c3d(tmp_path / "out" / "trial.c3d")
    assert [event.label for event in exported.events] == ["mark left knee"]
    assert exported.analog is not None
    middle = np.interp(0.5, exported.analog.time_s, exported.analog.values[:, 0])
    assert middle == pytest.approx(np.interp(0.5, sample_s, force.values[:, 0]), abs=1.0)
