"""Where the person stands and which way the person faces: what views turn to."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import LiveFrame, Points3D

Array = NDArray[np.float64]

_NOBODY_CENTRE = np.array([0.0, 0.0, 0.9])
_NOBODY_HEADING = np.array([1.0, 0.0, 0.0])


def point(points: Points3D, name: str) -> Array:
    """(3,) metres; NaN where the set lacks the point or it is not seen."""
    names = points.keypoint_set.names
    return points.xyz[names.index(name)] if name in names else np.full(3, np.nan)


def mid_hip(points: Points3D) -> Array:
    """(3,) metres, half-way between the hips."""
    return 0.5 * (point(points, "LHip") + point(points, "RHip"))


def centre(points: Points3D) -> Array | None:
    """Above the middle of the hips, half-way up the body, (3,) metres; None where the hips are not seen."""
    middle = mid_hip(points)
    if not np.isfinite(middle).all():
        return None
    heights = points.xyz[:, 2]
    return np.array([middle[0], middle[1], (np.nanmin(heights) + np.nanmax(heights)) / 2])


def heading(points: Points3D) -> Array | None:
    """Horizontal (3,) direction that the pelvis faces; None where the hips are not seen or lie above each other."""
    to_right = point(points, "RHip") - point(points, "LHip")
    ahead = np.array([-to_right[1], to_right[0], 0.0])
    length = np.linalg.norm(ahead)
    return ahead / length if length > 0 else None


def whereabouts(frame: LiveFrame | None) -> tuple[Array, Array]:
    """Centre and heading of the person, or where one would be expected."""
    middle = None if frame is None else centre(frame.points)
    ahead = None if frame is None else heading(frame.points)
    return _NOBODY_CENTRE if middle is None else middle, _NOBODY_HEADING if ahead is None else ahead
