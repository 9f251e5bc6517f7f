"""What tells people apart in a trial: twelve joints of every detection, instant by instant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.kernels.followed import fill_followed
from reconstruct.kernels.joint_rays import JOINTS
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.tracking.instants import Instants, group_instants

Array = NDArray[np.float64]

FOLLOWED = tuple(side + joint for side in "LR" for joint in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle"))
assert len(FOLLOWED) == JOINTS
_CAUTION = 2.0
"""Factor on the pixel noise: people are told apart with room for poor detectors, as they are seldom as near as that."""


@dataclass(frozen=True, eq=False)
class Detections:
    """Everybody in G instants of C cameras with P places for people.

    Attributes
    ----------
    instants : which frames they are
    xy : (G, C, P, 2, J) undistorted image points of the J joints `FOLLOWED`, NaN where not seen
    sd : (G, C, P) their standard deviation, NaN where nobody is
    """

    instants: Instants
    xy: Array
    sd: Array


def detections(trial: KeypointTrial, rig: Rig, noise: PixelNoise) -> Detections:
    """Everybody in a trial that its cameras, in the same order, detected with this noise."""
    instants = group_instants(trial.time_s)
    columns = followed_columns(trial.keypoint_set)
    return Detections(instants, *followed_points(rig, trial.uv, trial.confidence, columns, instants.frame, noise))


def followed_columns(keypoints: KeypointSet) -> NDArray[np.int64]:
    """Columns (J,) of the joints `FOLLOWED`."""
    return np.array([keypoints.index(name) for name in FOLLOWED])


def followed_points(
    rig: Rig,
    uv: Array,
    confidence: Array,
    columns: NDArray[np.int64],
    frame: NDArray[np.int64],
    noise: PixelNoise,
) -> tuple[Array, Array]:
    """`Detections.xy` and `Detections.sd` from keypoints.

    These are (C, F, P, K, 2) px with confidence (C, F, P, K), at instants that hold `frame` (C, G) of each camera, -1
    where it has none.
    """
    xy = np.empty((frame.shape[1], *uv.shape[:1], uv.shape[2], 2, len(columns)))
    uv, confidence = np.ascontiguousarray(uv, dtype=float), np.ascontiguousarray(confidence, dtype=float)
    fill_followed(rig.arrays, uv, confidence, columns, frame, xy)
    focal = np.sqrt(rig.arrays.focal.prod(axis=1))
    total = _CAUTION * np.sqrt(noise.white_px**2 + noise.drift_px**2 + noise.bias_px**2)
    sd = total * box_scale(uv, confidence) / focal[:, None, None]
    by_instant = sd[np.arange(len(sd))[:, None], frame]
    by_instant[frame < 0] = np.nan
    return xy, np.ascontiguousarray(by_instant.swapaxes(0, 1))
