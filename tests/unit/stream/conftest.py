"""Small trials made up for the file tests: every kind of value, and values that are missing."""

from pathlib import Path

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, JointAngles, LiveFrame, Points3D, PointTrial

FRAMES = 40
TIME_S = np.cumsum(np.r_[0.0, 1 / 59.94 + 1e-4 * np.sin(np.arange(FRAMES - 1))])


@pytest.fixture
def point_trial() -> PointTrial:
    """Forty frames of HALPE_26 at uneven times; the neck is missing in frame 3, the last keypoint in frame 5."""
    random = np.random.default_rng(1)
    points = keypoint_set("halpe_26")
    xyz = random.normal(loc=(0.0, 0.0, 1.0), scale=0.5, size=(FRAMES, len(points), 3))
    roots = random.normal(scale=0.005, size=(FRAMES, len(points), 3, 3))
    views = random.integers(2, 5, size=(FRAMES, len(points))).astype(np.int8)
    missing = [(3, points.index("Neck")), (5, len(points) - 1)]
    for frame, point in missing:
        xyz[frame, point], roots[frame, point], views[frame, point] = np.nan, np.nan, 0
    return PointTrial(
        time_s=TIME_S,
        keypoint_set=points,
        xyz=xyz,
        covariance=roots @ np.swapaxes(roots, -1, -2),
        views=views,
        residual_px=np.where(views > 0, random.uniform(0.2, 9.0, size=views.shape), np.nan),
        camera_residual_px=np.full((4, *views.shape), np.nan),
        bridged=np.zeros(views.shape, dtype=np.bool_),
    )


@pytest.fixture
def angle_trial() -> AngleTrial:
    """Angles of all three observability classes; the left ankle is never known, frame 7 lacks the right hip."""
    random = np.random.default_rng(2)
    shape = (FRAMES, len(ANGLE_NAMES))
    values = random.uniform(-1.0, 1.5, size=shape)
    values[:, ANGLE_NAMES.index("anterior_tilt")] = -values[:, ANGLE_NAMES.index("pelvis_tilt")]
    values[:, ANGLE_NAMES.index("knee_flexion_r")] = np.abs(values[:, ANGLE_NAMES.index("knee_flexion_r")])
    values[:, ANGLE_NAMES.index("knee_flexion_l")] = np.abs(values[:, ANGLE_NAMES.index("knee_flexion_l")])
    standard_error = random.uniform(0.01, 0.1, size=shape)
    unknown = [i for i, name in enumerate(ANGLE_NAMES) if name.startswith("ankle") and name.endswith("_l")]
    values[:, unknown] = standard_error[:, unknown] = np.nan
    values[7, ANGLE_NAMES.index("hip_rotation_r")] = np.nan
    return AngleTrial(TIME_S, values, standard_error, random.integers(0, 3, size=shape).astype(np.int8))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Folder that does not exist yet."""
    return tmp_path / "trial"


@pytest.fixture
def live_frame(point_trial, angle_trial) -> LiveFrame:
    """Frame 3 of the two trials as the hub would publish it."""
    return LiveFrame(
        sequence=3,
        points=Points3D(
            time_ns=1_000_000_000,
            keypoint_set=point_trial.keypoint_set,
            xyz=point_trial.xyz[3],
            covariance=point_trial.covariance[3],
            views=point_trial.views[3],
            residual_px=point_trial.residual_px[3],
        ),
        angles=JointAngles(
            time_ns=1_000_000_000,
            values=angle_trial.values[3],
            standard_error=angle_trial.standard_error[3],
            observability=angle_trial.observability[3],
        ),
        views=4,
        latency_ms=3.25,
        sync_error_ms=float("nan"),
        dropped=7,
    )
