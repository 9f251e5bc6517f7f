"""Live frames made up for the stream tests, stamped with the present."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import JointAngles, LiveFrame, Points3D

FrameMaker = Callable[..., LiveFrame]


def live_frame(sequence: int, time_ns: int | None = None, points: str = "halpe_26") -> LiveFrame:
    """Every number tells where it belongs: angle a is a degrees, point k lies at (k, k/10, k/100) metres.

    The left ankle's inversion and the second point are missing.
    """
    time_ns = time.monotonic_ns() if time_ns is None else time_ns
    names = keypoint_set(points)
    place = np.arange(len(names), dtype=float)
    xyz = np.stack([place, place / 10, place / 100], axis=-1)
    xyz[1] = np.nan
    values = np.deg2rad(np.arange(len(ANGLE_NAMES), dtype=float))
    values[angle_index("ankle_inversion_l")] = np.nan
    return LiveFrame(
        sequence=sequence,
        points=Points3D(
            time_ns=time_ns,
            keypoint_set=names,
            xyz=xyz,
            covariance=np.tile(np.eye(3) * 0.005**2, (len(names), 1, 1)),
            views=np.full(len(names), 3, dtype=np.int8),
            residual_px=np.full(len(names), 2.5),
        ),
        angles=JointAngles(
            time_ns=time_ns,
            values=values,
            standard_error=np.deg2rad(np.full(len(ANGLE_NAMES), 1.5)),
            observability=(np.arange(len(ANGLE_NAMES)) % 3).astype(np.int8),
        ),
        views=4,
        latency_ms=3.25,
        sync_error_ms=0.4,
        dropped=7,
    )


@pytest.fixture
def make_frame() -> FrameMaker:
    return live_frame
