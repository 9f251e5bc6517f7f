"""Somebody who walks about: points in space and what a rig's cameras see of them."""

import numpy as np
from numpy.typing import NDArray

from calibration.people.point_bundle import PointViews
from geometry import se3
from geometry.camera_model import project
from geometry.rig import Rig

Array = NDArray[np.float64]

HEIGHT_M = 1.75
KINDS = 20
EARS, HEELS, HIP, KNEE = [0, 1], [2, 3], 4, 5


def walker(frames: int, seed: int = 0) -> Array:
    """(frames, KINDS, 3) points of a person who walks on a winding path, 60 frames a second, Z up, heels on the floor.

    The ears (0, 1) are at 0.936 of HEIGHT_M; points 4 and 5 are 0.42 m apart; the feet stand still in turns.
    """
    rng = np.random.default_rng(seed)
    body = np.concatenate([rng.uniform([-0.3, -0.2, 0.1], [0.3, 0.2, 1.6], (KINDS, 3))])
    body[EARS] = [[0.0, 0.08, 0.936 * HEIGHT_M], [0.0, -0.08, 0.936 * HEIGHT_M]]
    body[HIP], body[KNEE] = [0.0, 0.1, 0.9], [0.0, 0.1, 0.48]
    time = np.arange(frames) / 60.0
    place = np.stack([0.8 * np.sin(0.5 * time), 0.8 * np.sin(0.83 * time + 1.0), np.zeros(frames)], axis=-1)
    turn = se3.rotation_from_vector(np.stack([np.zeros(frames), np.zeros(frames), 0.6 * time], axis=-1))
    points = (turn[:, None] @ body[None, ..., None])[..., 0] + place[:, None]
    points[:, 6:] += 0.05 * np.sin(2.0 * time[:, None, None] + rng.uniform(0, 6, (1, KINDS - 6, 3)))
    for side, heel in enumerate(HEELS):
        stand = ((time // 0.4 + 0.5 * side) * 24).astype(int).clip(0, frames - 1)
        points[:, heel] = place[stand] + [0.0, 0.1 - 0.2 * side, 0.0]
    return points


def views_of(rig: Rig, points: Array, sigma_px: float, seed: int = 0) -> PointViews:
    """What the cameras of a rig see of points (F, K, 3), with noise."""
    flat, rng = points.reshape(-1, 3), np.random.default_rng(seed)
    uv = np.array([project(rig.arrays, c, flat) for c in range(len(rig))])
    return PointViews(uv + rng.normal(0.0, sigma_px, uv.shape), points.shape[1])
