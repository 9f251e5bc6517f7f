"""The joints by which people are told apart, of every detection, in undistorted image coordinates."""

import math

from geometry._jit import kernel
from geometry.camera_model import normalise_pixel


@kernel
def fill_followed(cameras, uv, confidence, columns, frame, xy):
    """Fill `xy` with what is seen, NaN elsewhere.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    uv, confidence : (C, F, P, K, 2) px and (C, F, P, K) of P places for people per view; 0 where not seen
    columns : (J,) of the joints
    frame : (C, G) frame of each camera that belongs to an instant, -1 where it has none
    xy : (G, C, P, J, 2) filled
    """
    for g in range(frame.shape[1]):
        for c in range(len(frame)):
            f = frame[c, g]
            for p in range(xy.shape[2]):
                for j in range(len(columns)):
                    k = columns[j]
                    if f >= 0 and confidence[c, f, p, k] > 0.0:
                        x, y = normalise_pixel(cameras, c, uv[c, f, p, k, 0], uv[c, f, p, k, 1])
                    else:
                        x = y = math.nan
                    xy[g, c, p, j, 0], xy[g, c, p, j, 1] = x, y
