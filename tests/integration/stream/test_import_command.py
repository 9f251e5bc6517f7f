"""`valgus import` as a user calls it, with sound and with hostile files."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.files.c3d_write import write_c3d
from stream.files.marker_trial import marker_trial
from stream.files.mot import write_mot
from stream.files.trc import write_trc
from stream.files.trial_folder import TrialResults, read_trial

MEMORY_BYTES = 4 << 30
SECONDS = 60.0
TIMES = np.arange(30) / 60.0


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def valgus_import(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "valgus", "import", *map(str, arguments)]
    environment = {"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=limit_memory,
        env=environment,
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    random = np.random.default_rng(3)
    points = marker_trial(TIMES, keypoint_set("coco_17").names, random.normal(size=(30, 17, 3)))
    values = random.uniform(0, 1, size=(30, len(ANGLE_NAMES)))
    angles = AngleTrial(TIMES, values, np.full_like(values, 0.02), np.full(values.shape, 2, dtype=np.int8))
    write_trc(folder / "trial.trc", points)
    write_mot(folder / "trial.mot", angles)
    write_c3d(folder / "trial.c3d", TrialResults(angles, points))
    return folder


def test_a_session_becomes_trial_folders_with_notices(shared_data, tmp_path):
    done = valgus_import(shared_data / "opencap_session_squats", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "out" / "Squats_0"), str(tmp_path / "out" / "neutral")]
    assert "notice: Squats_0: standard errors are unknown" in done.stderr
    summary = json.loads((tmp_path / "out" / "Squats_0" / "summary.json").read_text())
    assert (summary["frames"], round(summary["fps"], 2)) == (832, 60.0)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_vicon_angles_events_and_plates_arrive(shared_data, tmp_path):
    done = valgus_import(shared_data / "c3d_pig_btk/FunctionalWalk.c3d", "--out", tmp_path / "walk")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "walk").iterdir()} >= {"analog.parquet", "events.csv", "points.trc"}
    rotation = np.rad2deg(read_trial(tmp_path / "walk").angles.values[:, ANGLE_NAMES.index("knee_rotation_r")])
    adduction = np.rad2deg(read_trial(tmp_path / "walk").angles.values[:, ANGLE_NAMES.index("knee_adduction_r")])
    assert (np.nanmin(adduction), np.nanmax(adduction)) == (pytest.approx(-6.8, abs=0.05), pytest.approx(4.7, abs=0.05))
    assert np.isfinite(rotation).any()


def billion_frames_trc(data: bytes) -> bytes:
    return data.replace(b"\t30\t17\t", b"\t1000000000\t17\t")


def billion_markers_trc(data: bytes) -> bytes:
    return data.replace(b"\t30\t17\t", b"\t30\t1000000000\t")


def billion_rows_mot(data: bytes) -> bytes:
    return data.replace(b"nRows=30", b"nRows=1000000000")


def billion_frames_c3d(data: bytes) -> bytes:
    claimed = bytearray(data)
    claimed[8:10] = b"\xff\xff"
    frames = claimed.find(b"FRAMES")
    claimed[frames + 10 : frames + 12] = b"\xff\xff"
    return bytes(claimed)


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def wrong_header(data: bytes) -> bytes:
    return b"PK\x03\x04" + data[4:]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("trial.trc", billion_frames_trc),
        ("trial.trc", billion_markers_trc),
        ("trial.trc", half),
        ("trial.trc", wrong_header),
        ("trial.mot", billion_rows_mot),
        ("trial.mot", half),
        ("trial.c3d", billion_frames_c3d),
        ("trial.c3d", half),
        ("trial.c3d", wrong_header),
    ],
)
def test_a_hostile_file_ends_in_one_line_with_bounded_memory(name, spoil, sound, tmp_path):
    bad = tmp_path / name
    bad.write_bytes(spoil((sound / name).read_bytes()))
    started = time.monotonic()
    done = valgus_import(bad, "--out", tmp_path / "out", "--up", "y", "--length-unit", "m")
    assert time.monotonic() - started < SECONDS / 2
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert str(bad) in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_answer_lists_the_choices(sound, tmp_path):
    done = valgus_import(sound / "trial.trc", "--out", tmp_path / "out", "--up", "x")
    assert (done.returncode, done.stderr) == (2, "valgus: --up x: choose y or z\n")
