"""Where the watcher's eye is: a plain pinhole camera, and the views that keys call up."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry import se3

Array = NDArray[np.float64]

FIELD_OF_VIEW_DEG = 45.0

_UP_WORLD = np.array([0.0, 0.0, 1.0])
_SUBJECT_RADIUS_M = 1.1
_CLOSE_RADIUS_M = 1.22
_ELEVATION_DEG = 17.0
_AZIMUTH_DEG = 28.0


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """An eye at `eye` that looks at `target` (world, metres); `up` is where the top of the picture points."""

    eye: Array
    target: Array
    up: Array

    @property
    def T_camera_world(self) -> Array:
        """(4, 4) world to OpenCV camera: x right, y down, z forward."""
        forward = _unit(self.target - self.eye)
        right = _unit(np.cross(forward, self.up))
        rotation = np.stack([right, np.cross(forward, right), forward])
        return se3.compose(rotation, -rotation @ self.eye)

    def moved(self, offset: Array) -> "View":
        """The same view from a place `offset` metres away."""
        return replace(self, eye=self.eye + offset, target=self.target + offset)

    def beside_panel(self, panel_px: int, size: tuple[int, int]) -> "View":
        """Move the target to the middle of what a panel at the right edge of a picture of this size leaves free."""
        distance = np.linalg.norm(self.target - self.eye)
        metres_per_px = distance / focal_length_px(size)
        return self.moved(self.T_camera_world[0, :3] * metres_per_px * panel_px / 2)


def focal_length_px(size: tuple[int, int]) -> float:
    """Focal length of the watcher's camera for a picture of (width, height) px."""
    return size[1] / (2.0 * np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2))


def intrinsic_matrix(size: tuple[int, int]) -> Array:
    """(3, 3) intrinsics of the watcher's camera; pixel centres at integers."""
    f = focal_length_px(size)
    return np.array([[f, 0.0, size[0] / 2 - 0.5], [0.0, f, size[1] / 2 - 0.5], [0.0, 0.0, 1.0]])


def front(centre: ArrayLike, heading: ArrayLike) -> View:
    """Facing the subject, whose right is then on the picture's left."""
    return _from_direction(centre, _level(heading))


def side(centre: ArrayLike, heading: ArrayLike) -> View:
    """From the subject's right."""
    return _from_direction(centre, np.cross(_level(heading), _UP_WORLD))


def top(centre: ArrayLike, heading: ArrayLike) -> View:
    """From above, the subject facing down the picture as in the front view."""
    return View(_eye(centre, _UP_WORLD), np.asarray(centre, float), -_level(heading))


def close(centre: ArrayLike, heading: ArrayLike) -> View:
    """From above and ahead to the subject's right, the person in the middle."""
    return _from_direction(centre, _above_and_ahead(heading), _CLOSE_RADIUS_M)


def whole_room(places: Array, centre: ArrayLike, heading: ArrayLike) -> View:
    """As `close`, from so far away that all `places` (n, 3) are in the picture."""
    radius = np.max(np.linalg.norm(places - np.asarray(centre), axis=-1), initial=_CLOSE_RADIUS_M)
    return _from_direction(centre, _above_and_ahead(heading), float(radius))


def _from_direction(centre: ArrayLike, direction: Array, radius: float = _SUBJECT_RADIUS_M) -> View:
    return View(_eye(centre, direction, radius), np.asarray(centre, float), _UP_WORLD)


def _eye(centre: ArrayLike, direction: Array, radius: float = _SUBJECT_RADIUS_M) -> Array:
    """Place from which a ball of this radius fills the height of the picture."""
    return np.asarray(centre, float) + direction * radius / np.sin(np.radians(FIELD_OF_VIEW_DEG) / 2)


def _above_and_ahead(heading: ArrayLike) -> Array:
    azimuth, elevation = np.radians(_AZIMUTH_DEG), np.radians(_ELEVATION_DEG)
    ahead = _level(heading)
    level = np.cos(azimuth) * ahead + np.sin(azimuth) * np.cross(ahead, _UP_WORLD)
    return np.cos(elevation) * level + np.sin(elevation) * _UP_WORLD


def _level(heading: ArrayLike) -> Array:
    return _unit(np.asarray(heading, float) * [1.0, 1.0, 0.0])


def _unit(vector: ArrayLike) -> Array:
    vector = np.asarray(vector, float)
    return vector / np.linalg.norm(vector)
