"""Tag plates of a live session: which are worn where, and their part in the live filter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_files.tags import TagPlates
from geometry.camera_model import CameraArrays
from reconstruct.estimator.plates import ARTEFACT_TIME_S, CORNER_SD_PX, artefact_variance
from reconstruct.estimator.session import SessionTrial
from reconstruct.kernels import live_plates as kernels
from reconstruct.kernels.skeleton import SEGMENTS

Array = NDArray[np.float64]

PLATE_NU = 8.0
ITERATIONS = 2
_FIRST_SIGHT_S = 1.0
"""Time since a plate that was never seen was last seen: long enough for its skin to have slid anywhere."""


@dataclass(frozen=True, eq=False)
class WornPlates:
    """T plates whose mountings stand in a belief, in its order.

    Attributes
    ----------
    dictionary : OpenCV's name of the tags' dictionary
    tags : T tag numbers
    segments : T names of SEGMENTS
    half_m : (T,) half the edge of the printed square
    R0 : (T, 3, 3) orientations in the segments that the mountings' rotation vectors start from
    """

    dictionary: str
    tags: tuple[int, ...]
    segments: tuple[str, ...]
    half_m: Array
    R0: Array

    @property
    def measured_knees(self) -> tuple[str, ...]:
        """Sides, of `r` and `l`, on which both thigh and shank wear a plate."""
        return tuple(side for side in "rl" if {f"femur_{side}", f"tibia_{side}"} <= set(self.segments))


def worn_plates(trial: SessionTrial, plates: TagPlates) -> WornPlates | None:
    """The plates of a session that one of its trials has found in their places; None where there are none."""
    numbers: list[int] = trial.mounted.numbers.tolist()
    if not numbers:
        return None
    return WornPlates(
        dictionary=plates.dictionary,
        tags=tuple(plates.ids[n] for n in numbers),
        segments=tuple(plates.segments[n] for n in numbers),
        half_m=np.array([plates.sizes_m[n] for n in numbers]) / 2.0,
        R0=trial.mounted.R0,
    )


class PlateUpdate:
    """Takes sightings of plates into a filter's state.

    How the skin has slid lasts for a while: the shorter ago a plate was last seen, the less another sighting says.

    Parameters
    ----------
    cameras : C cameras
    coupling : passive knee
    worn : T plates
    first_mount, states : index of the first mounting in the filter's state, and its size
    """

    def __init__(self, cameras: CameraArrays, coupling: Array, worn: WornPlates, first_mount: int, states: int) -> None:
        self._cameras, self._coupling, self._first_mount = cameras, coupling, first_mount
        segment = np.array([SEGMENTS.index(name) for name in worn.segments])
        self._plates = kernels.Plates(segment, worn.half_m, worn.R0)
        self._precision_alone = 1.0 / artefact_variance(worn.segments)
        self._precision = np.empty_like(self._precision_alone)
        self._seen_s = np.full(len(segment), -np.inf)
        self._work = kernels.plate_work(len(segment), states)

    def take_in(self, z: Array, P: Array, time_s: float, exposed_s: Array, corners: Array) -> int:
        """Use sightings; changes state and covariance in place.

        Parameters
        ----------
        z, P : (N,), (N, N) at `time_s`
        exposed_s : (C,) capture time of each camera
        corners : (C, T, 4, 2) px, NaN where unseen

        Returns
        -------
        Number of plates used
        """
        since = np.minimum(time_s - self._seen_s, _FIRST_SIGHT_S)
        np.multiply(self._precision_alone, np.tanh(since / (2.0 * ARTEFACT_TIME_S))[:, None], out=self._precision)
        self._seen_s[np.isfinite(corners[:, :, 0, 0]).any(axis=0)] = time_s
        return kernels.update_plates(
            z, P, exposed_s - time_s, self._cameras, self._coupling, self._plates, corners, CORNER_SD_PX**-2,
            self._precision, PLATE_NU, ITERATIONS, self._first_mount, self._work,
        )  # fmt: skip
