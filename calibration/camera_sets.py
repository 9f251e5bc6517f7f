"""Taking packed cameras together and apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays


def stacked(cameras: Sequence[CameraArrays]) -> CameraArrays:
    """All cameras of several sets, in order."""
    return CameraArrays(
        focal=np.concatenate([one.focal for one in cameras]),
        centre=np.concatenate([one.centre for one in cameras]),
        distortion=np.concatenate([one.distortion for one in cameras]),
        fisheye=np.concatenate([one.fisheye for one in cameras]),
        R=np.concatenate([one.R for one in cameras]),
        t=np.concatenate([one.t for one in cameras]),
    )


def selected(cameras: CameraArrays, chosen: NDArray[np.bool_]) -> CameraArrays:
    """The cameras where `chosen` (C,) holds."""
    return CameraArrays(
        focal=cameras.focal[chosen],
        centre=cameras.centre[chosen],
        distortion=cameras.distortion[chosen],
        fisheye=cameras.fisheye[chosen],
        R=cameras.R[chosen],
        t=cameras.t[chosen],
    )
