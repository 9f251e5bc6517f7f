"""One instant after the other, as the cameras deliver them: points, body and angles of the newest view set.

Every instant is solved on its own from its triangulated points (`kernels.map_ik`), started from the last pose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet
from geometry.rig import Rig
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.frame_ik import FrameSolver
from reconstruct.estimator.observations import body_point_columns
from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.joint_angles import AngleReader
from reconstruct.kernels.skeleton import N_POINTS
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.reference_body import LEG_LENGTH
from reconstruct.triangulation import FrameTriangulator
from reconstruct.types import JointAngles, Points3D

Array = NDArray[np.float64]

_FORGET = 0.9995
"""How much of a person's greatest size in a picture is still believed one frame later, as people walk away."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What is known of a person before a live session: the body's geometry and the joint prior."""

    geometry: Array
    motion: MotionPrior


def subject_of(belief: Belief) -> Subject:
    """The most likely body under a belief, with joint means as far as it knows them."""
    return Subject(belief.geometry, motion_prior().about(belief.joint_means))


def average_subject() -> Subject:
    """A person of average size, where there was no static trial."""
    motion = motion_prior()
    return Subject(first_belief(LEG_LENGTH, motion, np.ones((0, N_POINTS))).geometry, motion)


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """Points and angles of one set of views."""

    points: Points3D
    angles: JointAngles


class LiveReconstructor:
    """Turns view sets of one person into points and angles.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoint_set : what the detectors emit
    noise : of the detectors
    subject : whose body it is
    """

    def __init__(self, rig: Rig, keypoint_set: KeypointSet, noise: PixelNoise, subject: Subject) -> None:
        self._keypoint_set = keypoint_set
        self._noise = noise
        self._triangulator = FrameTriangulator(rig, keypoint_set)
        self._columns = body_point_columns(keypoint_set)
        self._solver = FrameSolver(subject.geometry, subject.motion)
        self._reader = AngleReader(subject.motion, keypoint_set.has_feet)
        self._uv = np.empty((len(rig), len(keypoint_set), 2))
        self._confidence = np.empty((len(rig), len(keypoint_set)))
        self._standing = np.full(len(rig), np.nan)

    def update(self, views: FrameSet) -> Instant:
        """Points and angles of one instant; NaN angles where the points do not determine a pose."""
        for c, view in enumerate(views.views):
            if view is None or not len(view.uv):
                self._uv[c], self._confidence[c] = np.nan, 0.0
            else:
                self._uv[c], self._confidence[c] = view.uv[0], view.confidence[0]
        picture = box_scale(self._uv, self._confidence)
        self._standing = np.fmax(_FORGET * self._standing, picture)
        variance = self._noise.variance_px2(self._confidence, picture, self._standing)
        points = self._triangulator.triangulate(views.time_ns, self._uv, variance)
        pose = self._solver.solve(*self._body_points(points))
        return Instant(_copied(points), self._reader.read(views.time_ns, pose.q, pose.covariance))

    def _body_points(self, points: Points3D) -> tuple[Array, Array]:
        xyz, covariance = np.full((N_POINTS, 3), np.nan), np.full((N_POINTS, 3, 3), np.nan)
        known = self._columns >= 0
        xyz[known], covariance[known] = points.xyz[self._columns[known]], points.covariance[self._columns[known]]
        return xyz, covariance


def _copied(points: Points3D) -> Points3D:
    return Points3D(
        points.time_ns,
        points.keypoint_set,
        points.xyz.copy(),
        points.covariance.copy(),
        points.views.copy(),
        points.residual_px.copy(),
    )
