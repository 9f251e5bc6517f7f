"""A trial of the virtual lab, and a display that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from calibration.formats.aniposelib import write_rig
from capture.keypoint_sets import keypoint_set
from reconstruct.types import AngleTrial, LiveFrame, Observability, PointTrial
from stream.files.angle_tables import read_angles_parquet
from stream.files.point_tables import read_points_parquet
from stream.files.trial_folder import TrialResults, write_trial
from valgus.virtual_lab import motion
from valgus.virtual_lab.trial import virtual_lab
from viewer.replay import trial_frame

FRAMES, FPS = 240, 60.0
POINT_SE_M = 0.006


@pytest.fixture(scope="session")
def squat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a trial as `valgus process` writes it: four seconds of squats, knee adduction unknown when bent."""
    lab, halpe = virtual_lab(seed=0), keypoint_set("halpe_26")
    truth = lab.truth(partial(motion.squat, faults=motion.RIGHT_KNEE_IN), np.arange(FRAMES) / FPS)
    shape = (FRAMES, len(halpe))
    points = PointTrial(
        time_s=truth.time_s,
        keypoint_set=halpe,
        xyz=truth.points,
        covariance=np.tile(np.eye(3) * POINT_SE_M**2, (*shape, 1, 1)),
        views=np.full(shape, 4, np.int8),
        residual_px=np.full(shape, 3.0),
        camera_residual_px=np.zeros((0, *shape)),
        bridged=np.zeros(shape, np.bool_),
    )
    measured = np.full(truth.angles.shape, Observability.MEASURED, np.int8)
    angles = AngleTrial(truth.time_s, truth.angles, np.full(truth.angles.shape, np.radians(1.5)), measured)
    folder = tmp_path_factory.mktemp("trial") / "squats"
    folder.mkdir()
    write_trial(folder, TrialResults(angles, points))
    write_rig(folder / "rig.toml", lab.rig)
    return folder


@pytest.fixture(scope="session")
def squat_frame(squat_folder: Path) -> LiveFrame:
    """One deep frame of that trial."""
    angles = read_angles_parquet(squat_folder / "angles.parquet")
    return trial_frame(read_points_parquet(squat_folder / "points.parquet"), angles, FRAMES // 3)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """Name of an X display of 1600 x 1000 pixels in memory."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed: no window can be opened without a display (apt-get install xvfb)")
    read_end, write_end = os.pipe()
    command = [server, "-displayfd", str(write_end), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as announced:
        number = announced.readline().strip()
    yield f":{number}"
    process.terminate()
    process.wait()
