"""What a world frame is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry import se3

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class World:
    """How to describe a rig in its world: right-handed, Z up, origin on the floor.

    Attributes
    ----------
    T_world_rig : (4, 4) from the frame that the rig was solved in
    floor_rms_m : root mean square distance of what lay on the floor from the fitted plane; NaN when no floor is known
    source : one phrase for reports
    """

    T_world_rig: Array
    floor_rms_m: float
    source: str

    @property
    def has_floor(self) -> bool:
        """Whether the floor was measured."""
        return bool(np.isfinite(self.floor_rms_m))


def frame_on_plane(origin: Array, up: Array, towards_x: Array) -> Array:
    """T_frame_rig (4, 4) of a frame with its origin there, Z along `up`, X as near to `towards_x` as Z allows."""
    z = up / np.linalg.norm(up)
    x = towards_x - (towards_x @ z) * z
    if np.linalg.norm(x) < 1e-6:
        x = np.cross(z, np.eye(3)[int(np.argmin(np.abs(z)))])
    x = x / np.linalg.norm(x)
    rotation = np.stack([x, np.cross(z, x), z])
    return se3.compose(rotation, -rotation @ origin)


def fit_plane(points: Array) -> tuple[Array, Array, float]:
    """Centre (3,), unit normal (3,) and rms distance of the plane nearest to points (n, 3)."""
    centre = points.mean(axis=0)
    _, spread, axes = np.linalg.svd(points - centre, full_matrices=False)
    return centre, axes[2], float(spread[2] / np.sqrt(len(points)))
