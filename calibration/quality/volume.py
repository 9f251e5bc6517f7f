"""Where in the room the rig can measure: expected error of a point from the geometry of its rays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.kernels.volume_error import point_errors
from geometry.rig import Rig

Array = NDArray[np.float64]

_CELLS = 24
_MARGIN_M = 0.5


@dataclass(frozen=True, eq=False)
class VolumeMap:
    """Expected error at one height.

    `x_m` (X,), `y_m` (Y,), `error_m` (Y, X) root mean square 3-D error for one pixel of noise per camera coordinate,
    NaN where fewer than two cameras see the place; `height_m` above the world's origin.
    """

    x_m: Array
    y_m: Array
    height_m: float
    error_m: Array

    @property
    def best_m(self) -> float:
        """Smallest error anywhere; NaN when no place is seen twice."""
        return float(np.nanmin(self.error_m)) if np.isfinite(self.error_m).any() else float("nan")

    def area_within(self, limit_m: float) -> float:
        """Square metres of the floor plan in which the error stays within a limit."""
        cell = float((self.x_m[1] - self.x_m[0]) * (self.y_m[1] - self.y_m[0]))
        return cell * int(np.count_nonzero(np.nan_to_num(self.error_m, nan=np.inf) <= limit_m))


def volume_around(rig: Rig, board_points: Array) -> VolumeMap:
    """Map around the middle of where the board was (n, 3), at its height."""
    middle = np.median(board_points, axis=0) if len(board_points) else np.zeros(3)
    return volume_map(rig, middle, float(middle[2]))


def volume_map(rig: Rig, middle: Array, height_m: float) -> VolumeMap:
    """Map of the floor plan around the cameras at one height."""
    centres = np.array([camera.centre_world[:2] for camera in rig.cameras])
    reach = max(float(np.abs(centres - middle[:2]).max()), 1.0) + _MARGIN_M
    steps = np.linspace(-reach, reach, _CELLS)
    x, y = steps + float(middle[0]), steps + float(middle[1])
    grid = np.stack([*np.meshgrid(x, y), np.full((_CELLS, _CELLS), height_m)], axis=-1).reshape(-1, 3)
    errors = np.empty(len(grid))
    sizes = np.array([camera.size for camera in rig.cameras], dtype=np.int64)
    point_errors(rig.arrays, sizes, grid, errors)
    return VolumeMap(x, y, height_m, errors.reshape(_CELLS, _CELLS))
