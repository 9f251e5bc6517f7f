"""How pixels move with points, by finite differences: what bounds on points are made of."""

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import project
from geometry.rig import Rig

Array = NDArray[np.float64]

_STEP_M = 1e-4


def pixels_per_metre(rig: Rig, points: Array) -> Array:
    """Derivatives (C, N, 2, 3) of the pixels of points (N, 3), px per metre, NaN behind a camera."""
    ahead, behind = (
        np.stack(
            [[project(rig.arrays, c, points + sign * _STEP_M * axis) for axis in np.eye(3)] for c in range(len(rig))]
        )
        for sign in (1.0, -1.0)
    )
    return np.moveaxis((ahead - behind) / (2.0 * _STEP_M), 1, -1)
