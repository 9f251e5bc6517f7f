"""Virtual cameras: a ring of ordinary 1280 x 720 webcams around the person."""

import numpy as np
from numpy.typing import NDArray

from geometry.rig import Camera, Rig
from geometry.se3 import compose

Array = NDArray[np.float64]

IMAGE_SIZE = (1280, 720)

_LOOKED_AT = np.array([0.0, 0.0, 0.88])
_FIRST_AZIMUTH = np.deg2rad(38.0)


def camera_ring(seed: int, count: int) -> Rig:
    """Cameras `cam01`, `cam02`, ... spread around the person, 2.6 to 3.2 m away, no two alike."""
    rng = np.random.default_rng([seed, 2])
    spread = 2.0 * np.pi * np.arange(count) / count
    azimuths = _FIRST_AZIMUTH + spread + np.deg2rad(rng.uniform(-6.0, 6.0, count))
    return Rig(tuple(_camera(rng, f"cam{i + 1:02d}", azimuth) for i, azimuth in enumerate(azimuths)))


def _camera(rng: np.random.Generator, name: str, azimuth: float) -> Camera:
    distance = rng.uniform(2.6, 3.2)
    height = rng.uniform(1.0, 1.7)
    place = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), height])
    focal = rng.uniform(850.0, 950.0)
    cx, cy = np.array(IMAGE_SIZE) / 2.0 + rng.uniform(-12.0, 12.0, 2)
    return Camera(
        name=name,
        size=IMAGE_SIZE,
        matrix=np.array([[focal, 0.0, cx], [0.0, focal * rng.uniform(0.998, 1.002), cy], [0.0, 0.0, 1.0]]),
        distortion=np.array([rng.uniform(-0.16, 0.02), rng.uniform(-0.02, 0.05), *rng.normal(0.0, 4e-4, 2)]),
        T_camera_world=_looking_at(place, _LOOKED_AT + rng.normal(0.0, 0.03, 3)),
    )


def _looking_at(place: Array, target: Array) -> Array:
    """Transform of an upright camera at `place` whose axis goes through `target`."""
    forward = (target - place) / np.linalg.norm(target - place)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    return compose(rotation, -rotation @ place)
