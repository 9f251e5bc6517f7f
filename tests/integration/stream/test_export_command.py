"""`valgus export` as a user calls it."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.files.c3d_read import read_c3d
from stream.files.events import TrialEvent, write_events
from stream.files.marker_trial import marker_trial
from stream.files.trc import read_trc
from stream.files.trial_folder import TrialResults, write_trial


def valgus(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "valgus", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def trial(tmp_path_factory) -> Path:
    """Trial folder with every kind of file."""
    folder = tmp_path_factory.mktemp("session") / "squats"
    random = np.random.default_rng(4)
    time_s = np.arange(60) / 59.94
    points = marker_trial(time_s, keypoint_set("halpe_26").names, random.normal(size=(60, 26, 3)))
    values = random.uniform(-1.0, 1.0, size=(60, len(ANGLE_NAMES)))
    values[:, ANGLE_NAMES.index("knee_flexion_r")] += 0.8
    angles = AngleTrial(time_s, values, np.full_like(values, 0.02), np.full(values.shape, 2, dtype=np.int8))
    write_trial(folder, TrialResults(angles, points, points.xyz[:, 19]))
    write_events(folder / "events.csv", (TrialEvent(0.5, "bottom"),))
    return folder


def test_every_format_is_written_and_named(trial, tmp_path):
    done = valgus("export", trial, "--format", "trc,mot,c3d,csv,parquet,mat", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    written = [Path(line) for line in done.stdout.split()]
    assert {path.name for path in written} == {
        *("points.trc", "angles.mot", "trial.c3d", "angles.csv"),
        *("points.csv", "angles.parquet", "points.parquet", "trial.mat"),
    }
    assert sorted(written) == sorted((tmp_path / "out").iterdir())
    assert (tmp_path / "out" / "angles.mot").read_bytes() == (trial / "angles.mot").read_bytes()
    assert (tmp_path / "out" / "angles.csv").read_bytes() == (trial / "angles.csv").read_bytes()
    source = read_trc(trial / "points.trc")
    np.testing.assert_allclose(read_c3d(tmp_path / "out" / "trial.c3d").markers.xyz, source.xyz, atol=2e-7, rtol=0)
    assert [event.label for event in read_c3d(tmp_path / "out" / "trial.c3d").events] == ["bottom"]
    table = pyarrow.csv.read_csv(tmp_path / "out" / "points.csv")
    np.testing.assert_allclose(
        table["RHip_z"].to_numpy(), source.xyz[:, source.keypoint_set.index("RHip"), 2], atol=1e-9
    )
    np.testing.assert_array_equal(table["time"].to_numpy(), source.time_s)


def test_an_unknown_format_is_one_line_and_nothing_is_written(trial, tmp_path):
    done = valgus("export", trial, "--format", "trc,fbx", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "'fbx' is unknown; choose from trc, mot, c3d, csv, parquet, mat" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["empty folder", "no such folder", "half a table"])
def test_what_is_no_trial_is_one_line(damage, trial, tmp_path):
    folder = tmp_path / "trial"
    if damage == "empty folder":
        folder.mkdir()
    if damage == "half a table":
        shutil.copytree(trial, folder)
        whole = (folder / "angles.parquet").read_bytes()
        (folder / "angles.parquet").write_bytes(whole[: len(whole) // 2])
    done = valgus("export", folder, "--format", "csv", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "angles.parquet" in done.stderr
    assert not (tmp_path / "out").exists()
