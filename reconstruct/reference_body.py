"""An average adult body, to be scaled to a person: what the geometry is believed to be before anyone is seen.

Right side; the left one mirrors it.  Lengths in metres for a leg (thigh plus shank) of `LEG_LENGTH`; they follow the
proportions of the Rajagopal 2016 full-body model.  Standard deviations are between persons after scaling, and between
what a detector calls a point and the anatomical one.
"""

import numpy as np
from numpy.typing import NDArray

from reconstruct.kernels.skeleton import (
    GEOMETRY_SCALARS,
    HIP_HALF_WIDTH,
    LUMBAR,
    N_GEOMETRY,
    SHANK_L,
    SHANK_R,
    THIGH_L,
    THIGH_R,
    offset_index,
)

Array = NDArray[np.float64]

LEG_LENGTH = 0.82

_SCALARS = {HIP_HALF_WIDTH: (0.084, 0.008), LUMBAR: (-0.045, 0.010), LUMBAR + 1: (0.160, 0.010)} | dict.fromkeys(
    (THIGH_R, SHANK_R, THIGH_L, SHANK_L), (0.41, 0.05)
)

# point: offset (anterior, up, right) in its carrier segment, and its standard deviation
_OFFSETS = {
    "Hip": ((0.0, 0.0, 0.0), (0.004, 0.004, 0.004)),
    "RHip": ((0.0, 0.0, 0.0), (0.005, 0.005, 0.005)),
    "RKnee": ((0.0, 0.0, 0.0), (0.001, 0.002, 0.002)),
    "RAnkle": ((0.0, 0.0, 0.0), (0.002, 0.002, 0.002)),
    "RHeel": ((-0.068, -0.026, -0.006), (0.008, 0.008, 0.008)),
    "RBigToe": ((0.190, -0.048, -0.008), (0.008, 0.008, 0.008)),
    "RSmallToe": ((0.135, -0.050, 0.060), (0.008, 0.008, 0.008)),
    "Neck": ((0.0, 0.390, 0.0), (0.025, 0.025, 0.008)),
    "RShoulder": ((0.0, 0.370, 0.168), (0.025, 0.025, 0.025)),
}


def reference_geometry(leg_length: float) -> tuple[Array, Array]:
    """Geometry (G,) of the average body with this thigh-plus-shank length (m), and its standard deviations (G,)."""
    mean, sd = np.zeros(N_GEOMETRY), np.zeros(N_GEOMETRY)
    for index, (length, length_sd) in _SCALARS.items():
        mean[index], sd[index] = length, length_sd
    for name, (offset, offset_sd) in _OFFSETS.items():
        for point, side in ((name, 1.0), ("L" + name[1:], -1.0)) if name[0] == "R" else ((name, 1.0),):
            first = offset_index(point)
            mean[first : first + 3] = np.multiply(offset, (1.0, 1.0, side))
            sd[first : first + 3] = offset_sd
    scale = leg_length / LEG_LENGTH
    return mean * scale, sd * scale


assert len(GEOMETRY_SCALARS) == len(_SCALARS)
