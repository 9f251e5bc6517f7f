"""The metre from a person: a segment that was measured, or the standing height."""

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError

Array = NDArray[np.float64]

_LEAST_FRAMES = 20

# Eye level over standing height (Drillis and Contini 1966); the ears are level with the eyes.
EARS_OVER_HEIGHT = 0.936
# The tallest posture of a recording, not its one luckiest frame.
_STANDING_PERCENTILE = 95.0


def metres_per_unit_from_segment(one: Array, other: Array, length_m: float) -> float:
    """Scale at which two points (F, 3) are, in the median, `length_m` apart."""
    apart = np.linalg.norm(one - other, axis=-1)
    apart = apart[np.isfinite(apart)]
    if len(apart) < _LEAST_FRAMES or not np.median(apart) > 0.0:
        raise CalibrationError(
            f"the segment of known length is seen in {len(apart)} frames; at least {_LEAST_FRAMES} are needed"
        )
    return length_m / float(np.median(apart))


def metres_per_unit_from_height(ears: Array, heels: Array, height_m: float) -> float:
    """Scale at which the person, at their tallest, has this height.

    Parameters
    ----------
    ears, heels : (F, 2, 3) left and right
    height_m : standing height
    """
    tall = np.linalg.norm(ears.mean(axis=1) - heels.mean(axis=1), axis=-1)
    tall = tall[np.isfinite(tall)]
    if len(tall) < _LEAST_FRAMES:
        raise CalibrationError(f"ears and heels are seen together in {len(tall)} frames; {_LEAST_FRAMES} are needed")
    return EARS_OVER_HEIGHT * height_m / float(np.percentile(tall, _STANDING_PERCENTILE))
