"""Rigs that several tests share."""

import numpy as np

from geometry import se3
from geometry.rig import Camera, Rig

_SIZE = (1280, 720)


def ring(cameras: int, radius_m: float = 3.5, height_m: float = 1.4, focal_px: float = 900.0) -> Rig:
    """Cameras evenly around the origin, looking at a point 0.9 m above the floor, each with a little distortion."""
    found: list[Camera] = []
    for c in range(cameras):
        angle = 0.4 + 2 * np.pi * c / cameras
        centre = np.array([radius_m * np.cos(angle), radius_m * np.sin(angle), height_m])
        forward = np.array([0.0, 0.0, 0.9]) - centre
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        R = np.stack([right, np.cross(forward, right), forward])
        matrix = np.array([[focal_px, 0, _SIZE[0] / 2], [0, focal_px, _SIZE[1] / 2], [0, 0, 1.0]])
        distortion = np.array([-0.05, 0.02, 0.0005, -0.0003])
        found.append(Camera(f"cam{c + 1:02d}", _SIZE, matrix, distortion, se3.compose(R, -R @ centre)))
    return Rig(tuple(found))
