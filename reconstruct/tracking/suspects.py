"""Cameras that contradict the others in what they see nearly all the time: not noise, but a wrong calibration."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.tracking.clean_views import CleanViews

Array = NDArray[np.float64]

SUSPECT_SHARE = 0.4
"""Detectors are wrong in a few per cent; a camera turned by 3 degrees, or with another's calibration, in over half."""


def contradiction(views: CleanViews) -> Array:
    """(C,) share of what each camera saw of the person that had to be exchanged or left out; 0 where it saw nothing."""
    seen = views.rejected | (views.confidence > 0.0)
    wrong = views.rejected | (views.swapped & seen)
    total = np.add.reduce(seen.astype(float), axis=(1, 2))
    return np.add.reduce(wrong.astype(float), axis=(1, 2)) / np.maximum(total, 1.0)


def suspect_notices(cameras: tuple[str, ...], views: CleanViews) -> tuple[str, ...]:
    """One sentence per camera whose calibration is not to be trusted."""
    return tuple(
        f"camera '{name}' contradicts the others in {100 * share:.0f} % of what it sees: "
        "its calibration may be another camera's, or it has been moved; check the rig"
        for name, share in zip(cameras, contradiction(views).tolist(), strict=True)
        if share > SUSPECT_SHARE
    )
