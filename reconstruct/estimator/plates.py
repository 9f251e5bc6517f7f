"""Tag plates strapped to segments, as the estimators see them."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.errors import ReconstructError
from reconstruct.kernels.skeleton import SEGMENTS

Array = NDArray[np.float64]

CORNER_SD_PX = 0.5
"""Of a refined ArUco corner, px per axis."""
ARTEFACT_TIME_S = 0.3
"""Soft tissue slides under a plate about as fast as the limb swings."""
_TRANSLATION_SD_M = 0.006
_AXIAL_SD_DEG = {"pelvis": 2.0, "femur": 4.0, "tibia": 3.0}
_OTHER_AXIAL_SD_DEG = 2.0
_SYSTEMATIC_SHARE = 0.4
"""Of the artefact's variance that follows the knee's flexion, which varies by about 0.6 rad in the tasks of a lab."""
_FLEXION_SD = 0.6
_STANDING_SHARE = 0.1
"""Artefact of a person who stands still, as a share of a moving one's: mountings are defined by standing."""


@dataclass(frozen=True, eq=False)
class PlateObservations:
    """T plates over F frames in C cameras.

    Attributes
    ----------
    segment : (T,) row of SEGMENTS
    half_m : (T,) half the edge of the printed square
    R0 : (T, 3, 3) orientation of each plate in its segment that the mountings' rotation vectors start from
    corners : (C, F, T, 4, 2) px, NaN where unseen
    artefact_precision : (T, 4) inverse variances of a frame's soft-tissue translation (m) and axial turn (rad)
    gain_sd : (T, 4) by how much the artefact may follow the knee's flexion, m and rad per rad
    """

    segment: NDArray[np.int64]
    half_m: Array
    R0: Array
    corners: Array
    artefact_precision: Array
    gain_sd: Array

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T,) which plates any camera ever sees."""
        return np.logical_or.reduce(np.isfinite(self.corners[..., 0, 0]), axis=(0, 1))

    @property
    def measured_knees(self) -> tuple[str, ...]:
        """Sides, of `r` and `l`, on which both thigh and shank wear a plate that is seen."""
        worn = {SEGMENTS[int(self.segment[i])] for i in np.flatnonzero(self.seen)}
        return tuple(side for side in "rl" if {f"femur_{side}", f"tibia_{side}"} <= worn)

    def only(self, plates: NDArray[np.int64]) -> "PlateObservations":
        """Some of the plates, in this order."""
        return PlateObservations(
            self.segment[plates],
            self.half_m[plates],
            self.R0[plates],
            np.ascontiguousarray(self.corners[:, :, plates]),
            self.artefact_precision[plates],
            self.gain_sd[plates],
        )

    def standing(self) -> "PlateObservations":
        """The same of a person who stands still."""
        return replace(self, artefact_precision=self.artefact_precision / _STANDING_SHARE**2)


def artefact_variance(segments: tuple[str, ...]) -> Array:
    """(T, 4) variance of a plate's translation (m^2) and axial turn (rad^2) that does not follow the knee's flexion."""
    variance = np.empty((len(segments), 4))
    for row, segment in zip(variance, segments, strict=True):
        axial = math.radians(_AXIAL_SD_DEG.get(segment.split("_")[0], _OTHER_AXIAL_SD_DEG))
        row[:3], row[3] = _TRANSLATION_SD_M**2, axial**2
    return (1.0 - _SYSTEMATIC_SHARE) * variance


def observe_plates(
    segments: tuple[str, ...], sizes_m: tuple[float, ...], corners: Array, time_s: Array
) -> PlateObservations:
    """Plates on `segments` with printed squares of `sizes_m`, seen at `corners` (C, F, T, 4, 2) px at `time_s` (F,).

    An artefact that lasts counts once, not once per frame: its variance is multiplied by (1 + a) / (1 - a), a the
    correlation from one frame to the next.

    Raises
    ------
    ReconstructError : a segment that the body does not have
    """
    if strangers := [segment for segment in segments if segment not in SEGMENTS]:
        raise ReconstructError(f"tag plate on segment '{strangers[0]}'; the body has {', '.join(SEGMENTS)}")
    interval = float(np.median(np.diff(time_s))) if len(time_s) > 1 else ARTEFACT_TIME_S
    a = math.exp(-interval / ARTEFACT_TIME_S)
    variance = artefact_variance(segments)
    return PlateObservations(
        segment=np.array([SEGMENTS.index(segment) for segment in segments], dtype=np.int64),
        half_m=np.array(sizes_m) / 2.0,
        R0=np.tile(np.eye(3), (len(segments), 1, 1)),
        corners=np.ascontiguousarray(corners, dtype=float),
        artefact_precision=(1.0 - a) / (1.0 + a) / variance,
        gain_sd=np.sqrt(_SYSTEMATIC_SHARE / (1.0 - _SYSTEMATIC_SHARE) * variance) / _FLEXION_SD,
    )
