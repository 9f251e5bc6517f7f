"""Seconds per file of a one-minute trial at 60 Hz."""

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.files.angle_tables import write_angles_csv, write_angles_parquet
from stream.files.c3d_read import read_c3d
from stream.files.c3d_write import write_c3d
from stream.files.marker_trial import marker_trial
from stream.files.mot import read_mot, write_mot
from stream.files.point_tables import write_points_parquet
from stream.files.trc import read_trc, write_trc
from stream.files.trial_folder import TrialResults

FRAMES = 3600
TIMES = np.arange(FRAMES) / 60.0
RANDOM = np.random.default_rng(0)
POINTS = marker_trial(TIMES, keypoint_set("halpe_26").names, RANDOM.normal(size=(FRAMES, 26, 3)))
VALUES = RANDOM.uniform(-1, 1, size=(FRAMES, len(ANGLE_NAMES)))
ANGLES = AngleTrial(TIMES, VALUES, np.full_like(VALUES, 0.02), np.full(VALUES.shape, 2, dtype=np.int8))

WRITERS = {
    "angles.csv": lambda path: write_angles_csv(path, ANGLES),
    "angles.parquet": lambda path: write_angles_parquet(path, ANGLES),
    "points.parquet": lambda path: write_points_parquet(path, POINTS),
    "points.trc": lambda path: write_trc(path, POINTS),
    "angles.mot": lambda path: write_mot(path, ANGLES),
    "trial.c3d": lambda path: write_c3d(path, TrialResults(ANGLES, POINTS)),
}
READERS = {"points.trc": read_trc, "angles.mot": read_mot, "trial.c3d": read_c3d}


@pytest.mark.parametrize("name", WRITERS)
def test_write(name, benchmark, tmp_path):
    benchmark(WRITERS[name], tmp_path / name)


@pytest.mark.parametrize("name", READERS)
def test_read(name, benchmark, tmp_path):
    WRITERS[name](tmp_path / name)
    benchmark(READERS[name], tmp_path / name)
