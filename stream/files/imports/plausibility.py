"""Whether points are those of a person in metres who stands on the floor."""

import numpy as np

from reconstruct.types import PointTrial
from stream.errors import StreamError

THIGH_M = (0.1, 0.8)
LEAST_HIP_HEIGHT_M = 0.1


def check_scale(points: PointTrial, file: str) -> None:
    """Refuse a thigh that no person has.

    Raises
    ------
    StreamError : asking for the unit
    """
    lengths = [np.linalg.norm(_xyz(points, f"{side}Hip") - _xyz(points, f"{side}Knee"), axis=-1) for side in "RL"]
    known = np.concatenate([length[np.isfinite(length)] for length in lengths])
    if known.size and not THIGH_M[0] < (thigh := float(np.median(known))) < THIGH_M[1]:
        raise StreamError(
            f"{file}: a thigh of {thigh:.4g} m is none that a person has; say what lengths are in with "
            "--length-unit m, cm or mm"
        )


def check_upright(points: PointTrial, file: str) -> None:
    """Refuse hips that are not above the ankles.

    Raises
    ------
    StreamError : asking for the vertical axis
    """
    heights = [_xyz(points, f"{side}Hip")[:, 2] - _xyz(points, f"{side}Ankle")[:, 2] for side in "RL"]
    known = np.concatenate([height[np.isfinite(height)] for height in heights])
    if known.size and (height := float(np.median(known))) < LEAST_HIP_HEIGHT_M:
        raise StreamError(
            f"{file}: the hips are {height:.2f} m above the ankles; say which axis points up with --up y or --up z"
        )


def _xyz(points: PointTrial, name: str) -> np.ndarray:
    if name in points.keypoint_set.names:
        return points.xyz[:, points.keypoint_set.index(name)]
    return np.full((len(points.time_s), 3), np.nan)
