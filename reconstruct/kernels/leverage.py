"""How much of every view's pixel error a triangulated point hides."""

import numpy as np

from geometry._jit import kernel
from geometry.camera_model import project_with_derivatives

_SPENT = 1.5
"""Three coordinates of a point, in pairs of pixel coordinates."""


@kernel
def fill_leverage(cameras, xyz, covariance, precision, leverage):
    """Fill `leverage` (C, N) with the share of a view's error that goes into the point instead of the residual.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xyz, covariance : (N, 3) metres and (N, 3, 3), up to a factor of its own for every point
    precision : (C, N) 1/px^2 of the views used, 0 for the others
    leverage : (C, N) filled; 0 to 1, in all views of a point together 3/2
    """
    moved = np.empty(3)
    for i in range(len(xyz)):
        total = 0.0
        for c in range(len(precision)):
            leverage[c, i] = 0.0
            if not precision[c, i] > 0.0:
                continue
            _, _, u0, u1, u2, v0, v1, v2 = project_with_derivatives(cameras, c, xyz[i, 0], xyz[i, 1], xyz[i, 2])
            spread = 0.0
            for a0, a1, a2 in ((u0, u1, u2), (v0, v1, v2)):
                for row in range(3):
                    moved[row] = covariance[i, row, 0] * a0 + covariance[i, row, 1] * a1 + covariance[i, row, 2] * a2
                spread += a0 * moved[0] + a1 * moved[1] + a2 * moved[2]
            leverage[c, i] = precision[c, i] * spread
            total += leverage[c, i]
        for c in range(len(precision)):
            if total > 0.0:
                leverage[c, i] = min(_SPENT * leverage[c, i] / total, 1.0)
