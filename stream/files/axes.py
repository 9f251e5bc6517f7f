"""The Y-up world of OpenSim's files against the project's Z-up world."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def y_up(xyz_z_up: Array) -> Array:
    """Coordinates (..., 3) of the Z-up world as files with Y up hold them: (x, y, z) -> (y, z, x)."""
    return np.roll(xyz_z_up, -1, axis=-1)


def z_up(xyz_y_up: Array) -> Array:
    """Coordinates (..., 3) of a file with Y up in the Z-up world; the inverse of `y_up`."""
    return np.roll(xyz_y_up, 1, axis=-1)
