"""A virtual person who squats, seen by a ring of cameras."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.keypoint_sets import keypoint_set
from geometry.rig import Camera, Rig
from tests.unit.reconstruct.tracking.squatting import FPS, Seen, blur, squat

Array = NDArray[np.float64]


@pytest.fixture(scope="session")
def ring_camera(ring: Callable[..., Rig]) -> Camera:
    """One camera of the ring."""
    return ring(2).cameras[0]


@pytest.fixture(scope="session")
def squatting(ring: Callable[..., Rig], see: Callable[[Rig, Array], Array]) -> Callable[..., Seen]:
    """Builds a trial of a squatting person."""

    def build(cameras: int = 4, frames: int = 120, seed: int = 0, turn: float = 0.0) -> Seen:
        rig, keypoints = ring(cameras), keypoint_set("halpe_26")
        xyz = squat(keypoints, frames, turn)
        exact = see(rig, xyz.reshape(-1, 3)).reshape(cameras, frames, len(keypoints), 2)
        uv = blur(exact, np.random.default_rng(seed))
        times = np.tile(np.arange(frames) / FPS, (cameras, 1))
        return Seen(rig, keypoints, xyz, exact, uv, np.full(uv.shape[:3], 0.85), times)

    return build
