"""A person who stands at the origin, faces +x and has known angles."""

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import JointAngles, LiveFrame, Observability, Points3D

_MIDDLE = {"Nose": (0.10, 0.0, 1.62), "Head": (0.0, 0.0, 1.75), "Neck": (0.0, 0.0, 1.45), "Hip": (0.0, 0.0, 0.92)}
_RIGHT = {
    "Eye": (0.08, -0.03, 1.66),
    "Ear": (0.0, -0.07, 1.64),
    "Shoulder": (0.0, -0.19, 1.42),
    "Elbow": (0.0, -0.24, 1.12),
    "Wrist": (0.05, -0.25, 0.86),
    "Hip": (0.0, -0.09, 0.92),
    "Knee": (0.02, -0.10, 0.50),
    "Ankle": (0.0, -0.11, 0.08),
    "BigToe": (0.18, -0.10, 0.02),
    "SmallToe": (0.15, -0.17, 0.02),
    "Heel": (-0.06, -0.11, 0.02),
}
_SE_M = 0.005


@pytest.fixture
def standing() -> LiveFrame:
    return standing_frame()


def standing_frame() -> LiveFrame:
    points = _MIDDLE | {f"R{part}": at for part, at in _RIGHT.items()}
    points |= {f"L{part}": (x, -y, z) for part, (x, y, z) in _RIGHT.items()}
    halpe = keypoint_set("halpe_26")
    n, a = len(halpe), len(ANGLE_NAMES)
    return LiveFrame(
        sequence=7,
        points=Points3D(
            time_ns=1_000_000_000,
            keypoint_set=halpe,
            xyz=np.array([points[name] for name in halpe.names]),
            covariance=np.tile(np.eye(3) * _SE_M**2, (n, 1, 1)),
            views=np.full(n, 4, np.int8),
            residual_px=np.full(n, 2.0),
        ),
        angles=JointAngles(
            time_ns=1_000_000_000,
            values=np.radians(np.linspace(-12.0, 14.0, a)),
            standard_error=np.full(a, np.radians(1.25)),
            observability=np.full(a, Observability.MEASURED, np.int8),
        ),
        views=4,
        latency_ms=4.2,
        sync_error_ms=0.3,
        dropped=2,
    )
