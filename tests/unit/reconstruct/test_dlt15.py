"""The reference rule against OpenCV, and against the reference's own published points."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.keypoint_sets import keypoint_set
from geometry.rig import Rig
from reconstruct.dlt15 import triangulate_dlt15

Array = NDArray[np.float64]
See = Callable[[Rig, Array], Array]

NAMES = keypoint_set("halpe_26")


def test_two_views_equal_opencv(ring: Callable[..., Rig], see: See):
    rig = ring(4).select(["cam00", "cam01"])
    body = np.random.default_rng(1).uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.8], (26, 3))
    uv = see(rig, body) + np.random.default_rng(2).normal(0.0, 1.0, (2, 26, 2))
    trial = triangulate_dlt15(rig, NAMES, np.zeros(1), uv[:, None], np.full((2, 1, 26), 0.8))
    first, second = (camera.projection for camera in rig.cameras)
    homogeneous = cv2.triangulatePoints(first, second, uv[0].T, uv[1].T)
    assert np.abs(trial.xyz[0] - (homogeneous[:3] / homogeneous[3]).T).max() < 1e-9


def test_a_camera_beyond_15_px_is_dropped_and_low_scores_do_not_count(ring: Callable[..., Rig], see: See):
    rig = ring(4)
    body = np.random.default_rng(1).uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.8], (26, 3))
    undistorted = Rig(tuple(type(c)(c.name, c.size, c.matrix, np.zeros(5), c.T_camera_world) for c in rig.cameras))
    uv, confidence = see(undistorted, body)[:, None], np.full((4, 1, 26), 0.8)
    uv[2, 0, :13] += 80.0
    uv[1, 0, 13:] += 200.0
    confidence[1, 0, 13:] = 0.29
    trial = triangulate_dlt15(rig, NAMES, np.zeros(1), uv, confidence)
    assert np.abs(trial.xyz[0] - body).max() < 1e-9
    assert (trial.views == 3).all()


def test_points_equal_the_published_reference(shared_data: Path):
    folder = shared_data / "pose2sim_single"
    trial = read_keypoint_trial(
        folder / "keypoints" / "S00_P00_T01_BalancingTrial" / "pose_associated", "body_25b", 60.0
    )
    rig = read_rig(folder / "calibration" / "Calib_qualisys.toml")
    points = triangulate_dlt15(rig, trial.keypoint_set, trial.time_s[0], trial.uv[:, :, 0], trial.confidence[:, :, 0])
    names, expected = _read_trc(folder / "trc" / "S00_P00_T01_BalancingTrial_0-100.trc")
    got = points.xyz[:, [trial.keypoint_set.index(name) for name in names]]
    off = np.linalg.norm(got - expected, axis=-1)
    assert np.nanmax(off) < 1e-9
    assert np.isnan(off).sum() == 6  # gaps that the reference interpolates


def _read_trc(path: Path) -> tuple[list[str], Array]:
    lines = path.read_text().splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name]
    rows = [[float(value) for value in line.split("\t")[2 : 2 + 3 * len(names)]] for line in lines[5:] if line.strip()]
    return names, np.array(rows).reshape(len(rows), len(names), 3)[..., [2, 0, 1]]
