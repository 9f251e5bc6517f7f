"""`valgus export` as a user calls it."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from stream.files.c3d_read import read_c3d
from stream.files.mot import read_mot
from stream.files.trc import read_trc
from stream.files.trial_folder import TrialResults, write_trial


def valgus(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "valgus", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def trial(tmp_path_factory, shared_data) -> Path:
    """Trial folder of a real session: OpenCap's squats."""
    folder = tmp_path_factory.mktemp("session") / "squats"
    session = shared_data / "opencap_session_squats"
    motion = read_mot(session / "Squats_0.mot")
    points = read_trc(session / "Squats_0.trc")
    write_trial(folder, TrialResults(motion.angles, points, motion.pelvis_position))
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
    table = pyarrow.csv.read_csv(tmp_path / "out" / "points.csv")
    np.testing.assert_allclose(table["RHip_z"].to_numpy(), source.xyz[:, 8, 2], atol=1e-9)
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
