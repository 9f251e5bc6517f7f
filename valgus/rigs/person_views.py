"""A recorded person as the cameras of a rig see them, ready for calibration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.people.point_bundle import PointViews
from capture.camera_match import match_cameras
from capture.keypoint_sets import KeypointSet
from capture.types import KeypointTrial
from geometry.rig import Rig

Array = NDArray[np.float64]

# Below this a detector guesses.
LEAST_CONFIDENCE = 0.3
_SIMULTANEOUS_S = 0.005


@dataclass(frozen=True, eq=False)
class PersonViews:
    """One person in C cameras, F frames, K keypoints.

    Attributes
    ----------
    rig : the recorded cameras of the rig, in the order of the views
    keypoint_set : what the K points are
    uv, confidence : (C, F, K, 2) px and (C, F, K); NaN and 0 where not seen well enough
    time_s : (F,) of the first camera
    notices : what a reader of the results should know
    """

    rig: Rig
    keypoint_set: KeypointSet
    uv: Array
    confidence: Array
    time_s: Array
    notices: tuple[str, ...]

    @property
    def points(self) -> PointViews:
        """Every keypoint of every frame as a point of its own."""
        cameras, frames, kinds = self.uv.shape[:3]
        return PointViews(self.uv.reshape(cameras, frames * kinds, 2), kinds)


def person_views(rig: Rig, trial: KeypointTrial) -> PersonViews:
    """The most confidently seen person of every view; the recording should show one person.

    Raises
    ------
    CaptureError : some cameras of the recording are not in the rig
    """
    match = match_cameras(trial.cameras, rig.names)
    most = np.argmax(trial.confidence.sum(axis=-1), axis=2)[:, :, None]
    confidence = np.take_along_axis(trial.confidence, most[..., None], axis=2)[:, :, 0]
    uv = np.take_along_axis(trial.uv, most[..., None, None], axis=2)[:, :, 0].copy()
    unsure = confidence < LEAST_CONFIDENCE
    uv[unsure] = np.nan
    return PersonViews(
        rig.select(match.names),
        trial.keypoint_set,
        uv,
        np.where(unsure, 0.0, confidence),
        trial.time_s[0],
        (*trial.notices, *match.notices, *_doubts(trial)),
    )


def _doubts(trial: KeypointTrial) -> tuple[str, ...]:
    doubts: list[str] = []
    if trial.confidence.shape[2] > 1:
        doubts.append("several people were seen; the one seen most confidently in each view was used")
    spread = float(np.nanmax(trial.time_s.max(axis=0) - trial.time_s.min(axis=0)))
    if spread > _SIMULTANEOUS_S:
        doubts.append(
            f"the views of a frame are up to {1e3 * spread:.0f} ms apart; a slowly moving person does least harm"
        )
    return tuple(doubts)
