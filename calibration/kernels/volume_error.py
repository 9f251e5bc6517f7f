# pyright: basic
"""Standard error of a point triangulated with unit pixel noise."""

import math

import numpy as np

from geometry._jit import kernel
from geometry.camera_model import project_point_jacobian


@kernel
def point_errors(cameras, sizes, points, errors):
    """Root of the trace of (J^T J)^-1 over the cameras that have the point in their picture; NaN below two of them."""
    jacobian = np.empty((2, 3))
    for i in range(len(points)):
        information = np.zeros((3, 3))
        views = 0
        for c in range(len(sizes)):
            u, v = project_point_jacobian(cameras, c, points[i, 0], points[i, 1], points[i, 2], jacobian)
            if u >= 0.0 and v >= 0.0 and u < sizes[c, 0] and v < sizes[c, 1]:
                views += 1
                information += jacobian.T @ jacobian
        errors[i] = math.nan
        if views >= 2 and np.linalg.det(information) > 1e-6 * np.trace(information) ** 3 / 27.0:
            errors[i] = math.sqrt(np.trace(np.linalg.inv(information)))
