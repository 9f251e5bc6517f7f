"""Packets that leave a camera.

Frozen: a stage wraps or replaces a packet and never changes one.  Times are integer nanoseconds of the hub's
monotonic clock unless a name says otherwise; pixels are (u right, v down) with pixel centres at integers; what was
not seen is NaN with confidence 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.pictures import Picture

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture, as the camera delivered it, and `time_ns` of capture with its standard deviation.

    `index` is the camera's own running number where it has one: a gap is a frame that was never delivered.
    """

    camera: str
    index: int
    time_ns: int
    time_sd_ns: int
    picture: NDArray[np.uint8] | Picture

    @property
    def image(self) -> NDArray[np.uint8]:
        """The picture as (height, width, 3) uint8, BGR."""
        return self.picture if isinstance(self.picture, np.ndarray) else self.picture.image

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) px."""
        if isinstance(self.picture, np.ndarray):
            return self.picture.shape[1], self.picture.shape[0]
        return self.picture.size


@dataclass(frozen=True, slots=True, eq=False)
class Keypoints2D:
    """The people one camera saw in one frame.

    Attributes
    ----------
    camera : name of the camera
    frame_index : running number given by the camera; a gap is a lost frame
    time_ns, time_sd_ns : capture time and its standard deviation
    keypoint_set : name of the set that orders the K keypoints
    image_size : (width, height) px
    uv : (P, K, 2) float32 px of P people; NaN where not seen
    confidence : (P, K) float32, 0 to 1; 0 where not seen
    """

    camera: str
    frame_index: int
    time_ns: int
    time_sd_ns: int
    keypoint_set: str
    image_size: tuple[int, int]
    uv: NDArray[np.float32]
    confidence: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tags2D:
    """The tags one camera saw in one frame.

    Attributes
    ----------
    camera, frame_index, time_ns, time_sd_ns, image_size : as of `Keypoints2D`
    dictionary : OpenCV's name of the tags' dictionary
    ids : T tags
    corners : (T, 4, 2) float32 px: top-left, top-right, bottom-right, bottom-left, seen from outside
    """

    camera: str
    frame_index: int
    time_ns: int
    time_sd_ns: int
    image_size: tuple[int, int]
    dictionary: str
    ids: tuple[int, ...]
    corners: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FrameSet:
    """Views of one instant, one place per camera of the rig, None where a camera has none.

    `tags`, where anybody looks for tags, are those of the same frames in the same places.
    """

    time_ns: int
    views: tuple[Keypoints2D | None, ...]
    tags: tuple[Tags2D | None, ...] = ()


@dataclass(frozen=True, eq=False)
class KeypointTrial:
    """A whole recorded trial of C cameras, F frames, at most P people and K keypoints.

    Attributes
    ----------
    cameras : C names
    keypoint_set : what the K points are
    uv : (C, F, P, K, 2) px, NaN where not seen
    confidence : (C, F, P, K), 0 where not seen
    time_s : (C, F) capture times on one common clock, seconds
    image_sizes : C (width, height), or None where the source does not tell
    synchronised : whether frame i of every camera shows the same instant
    notices : what a reader of the results should know about the recording, one sentence each
    time_sd_s : root mean square of the capture times' standard deviations, camera by camera; empty where unknown
    """

    cameras: tuple[str, ...]
    keypoint_set: KeypointSet
    uv: Array
    confidence: Array
    time_s: Array
    image_sizes: tuple[tuple[int, int] | None, ...]
    synchronised: bool
    notices: tuple[str, ...] = ()
    time_sd_s: tuple[float, ...] = ()

    @property
    def frames(self) -> int:
        """F, the number of frames per camera."""
        return self.uv.shape[1]
