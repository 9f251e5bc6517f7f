"""A ring of virtual cameras around a 2 m volume, shared by the tests of this package."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry import se3
from geometry.camera_model import project
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]


def look_at(name: str, position: Array, target: Array, fisheye: bool = False) -> Camera:
    """Camera at `position` with its axis through `target` and its picture upright."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    R = np.stack([right, np.cross(forward, right), forward])
    distortion = np.array([-0.02, 0.01, -0.003, 0.001] if fisheye else [-0.12, 0.06, 4e-4, -3e-4, -0.01])
    matrix = np.array([[900.0, 0.0, 640.0], [0.0, 905.0, 360.0], [0.0, 0.0, 1.0]])
    return Camera(name, (1280, 720), matrix, distortion, se3.compose(R, -R @ position), fisheye)


@pytest.fixture(scope="session")
def ring() -> Callable[..., Rig]:
    """Builds a ring of so many cameras, 4 m from the volume's middle."""

    def build(cameras: int, fisheye: bool = False) -> Rig:
        angles = 2.0 * np.pi * np.arange(cameras) / cameras + 0.3
        heights = 1.4 + 0.5 * np.sin(3.0 * angles)
        positions = np.column_stack([4.0 * np.cos(angles), 4.0 * np.sin(angles), heights])
        target = np.array([0.0, 0.0, 1.0])
        return Rig(tuple(look_at(f"cam{i:02}", p, target, fisheye) for i, p in enumerate(positions)))

    return build


@pytest.fixture(scope="session")
def see() -> Callable[[Rig, Array], Array]:
    """Exact pixels (C, n, 2) of points (n, 3) in every camera of a rig."""

    def pixels(rig: Rig, points: Array) -> Array:
        return np.stack([project(rig.arrays, c, points) for c in range(len(rig))])

    return pixels


@pytest.fixture
def points() -> Array:
    """Two hundred points in the volume."""
    return np.random.default_rng(5).uniform([-0.8, -0.8, 0.0], [0.8, 0.8, 1.9], (200, 3))
