"""Cross-talk: does knee adduction follow knee flexion only because the knee's axis is set askew?

A femur whose medio-lateral axis is turned by an angle about its long axis shows flexion as adduction.  The functional
correction turns the axis back until knee adduction varies least (Baker et al. 1999, Hum Mov Sci 18:655).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

LEAST_FLEXION_RANGE = math.radians(20.0)
"""With less knee flexion an axis cannot be found."""
_MOST_TURN = math.radians(25.0)


@dataclass(frozen=True, eq=False)
class CrossTalk:
    """Of one knee, radians.

    Attributes
    ----------
    correlation : of knee flexion with knee adduction over the movement, NaN where the knee hardly bends
    axis_turn : turn of the femur's medio-lateral axis about its long axis, internal +, that takes most of it away; hip
        rotation read with that axis is larger by as much
    adduction : (F,) knee adduction read with that axis
    """

    correlation: float
    axis_turn: float
    adduction: Array


def cross_talk(flexion: Array, adduction: Array, rotation: Array) -> CrossTalk:
    """Cross-talk of a knee with these angles (F,), radians, in the order flexion - adduction - rotation."""
    known = np.isfinite(flexion) & np.isfinite(adduction) & np.isfinite(rotation)
    if not known.any() or np.ptp(flexion[known]) < LEAST_FLEXION_RANGE:
        return CrossTalk(math.nan, math.nan, np.full(len(flexion), math.nan))
    angles = np.stack([-flexion[known], adduction[known], rotation[known]], axis=1)
    knee = Rotation.from_euler("ZXY", angles)

    def read(turn: float) -> Array:
        return (Rotation.from_euler("Y", -turn) * knee).as_euler("ZXY")[:, 1]

    best = minimize_scalar(lambda turn: float(np.var(read(turn))), bounds=(-_MOST_TURN, _MOST_TURN), method="bounded")
    corrected = np.full(len(flexion), math.nan)
    corrected[known] = read(float(best.x))
    return CrossTalk(_correlation(flexion[known], adduction[known]), float(best.x), corrected)


def _correlation(flexion: Array, adduction: Array) -> float:
    """Zero for an adduction that does not change at all."""
    return float(np.corrcoef(flexion, adduction)[0, 1]) if np.ptp(adduction) > 0.0 else 0.0
