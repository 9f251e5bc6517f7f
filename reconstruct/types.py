"""Packets of the reconstruction: points, body states and joint angles, each with its uncertainty.

SI throughout (metres, radians); degrees and millimetres appear only where files and screens are written.  What is
unknown is NaN.  A `...Trial` is the same quantity over the F frames of a recorded trial.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet

Array = NDArray[np.float64]


class Observability(IntEnum):
    """How much of a value comes from this trial's data rather than from prior knowledge."""

    PRIOR = 0
    PARTIAL = 1
    MEASURED = 2

    @property
    def label(self) -> str:
        """Word used in files and on screens."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Points3D:
    """K triangulated keypoints of one person at one instant.

    Attributes
    ----------
    time_ns : capture time, hub clock
    keypoint_set : what the K points are
    xyz : (K, 3) metres, world (Z up)
    covariance : (K, 3, 3) square metres
    views : (K,) number of cameras used
    residual_px : (K,) root mean square reprojection error over the cameras used
    """

    time_ns: int
    keypoint_set: KeypointSet
    xyz: Array
    covariance: Array
    views: NDArray[np.int8]
    residual_px: Array


@dataclass(frozen=True, eq=False)
class PointTrial:
    """Triangulated keypoints of a whole trial; `time_s` (F,) starts at the trial's first frame.

    `camera_residual_px` is (C, F, K), NaN where a camera did not see the point or was rejected; `bridged` (F, K)
    marks points that a motion model carried over a short gap.
    """

    time_s: Array
    keypoint_set: KeypointSet
    xyz: Array
    covariance: Array
    views: NDArray[np.int8]
    residual_px: Array
    camera_residual_px: Array
    bridged: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class JointAngles:
    """All angles of one instant, in the order of `angle_names.ANGLE_NAMES`.

    `values`, `standard_error` are (A,) radians; `observability` (A,) holds `Observability` codes.
    """

    time_ns: int
    values: Array
    standard_error: Array
    observability: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class AngleTrial:
    """All angles of a whole trial: `time_s` (F,), the rest (F, A)."""

    time_s: Array
    values: Array
    standard_error: Array
    observability: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Bystander:
    """Somebody in view who is no subject: number of the person, and where on the floor (world, metres)."""

    person: int
    x: float
    y: float


@dataclass(frozen=True, slots=True, eq=False)
class LiveFrame:
    """What the hub publishes for every estimate: the one packet that viewer, streams and recorder consume.

    Attributes
    ----------
    sequence : running number of the instants for which estimates were published, one for every subject
    points : the person's points (measured or, where unseen, from the body model)
    angles : joint angles of the same instant
    views : number of cameras that contributed in the last 100 ms
    latency_ms : from the capture of the newest keypoints used to publication
    sync_error_ms : standard deviation of the capture times against the hub's clock
    dropped : frames lost since the start, all cameras
    lagged : angles a little earlier, improved by what has been seen since; None until there are any
    subject : which of the session's subjects this is, counted from 1
    person : number of the person who is that subject, counted from 0 as people appear; -1 while the subject is away
    others : people in view who are no subject, as far as they are told apart
    """

    sequence: int
    points: Points3D
    angles: JointAngles
    views: int
    latency_ms: float
    sync_error_ms: float
    dropped: int
    lagged: JointAngles | None = None
    subject: int = 1
    person: int = 0
    others: tuple[Bystander, ...] = ()
