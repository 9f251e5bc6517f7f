"""One instant after the other, as the cameras deliver them: points, body and angles of the newest set of views.

Left and right are put right and stray detections left out (`tracking`).  For the points, which are for the eye, every
view is carried to the set's time; the body follows every view at that view's own capture time
(`estimator.live_filter`).  Points only begin the body, and begin it again when it is lost.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet
from geometry.rig import Rig
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.body_follower import BodyFollower, View
from reconstruct.estimator.frame_ik import Pose
from reconstruct.estimator.observations import body_point_columns
from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.estimator.session import SessionTrial
from reconstruct.joint_angles import AngleReader
from reconstruct.kernels.skeleton import N_POINTS
from reconstruct.pixel_noise import REFERENCE_SIZE_PX, PixelNoise, box_scale
from reconstruct.reference_body import LEG_LENGTH
from reconstruct.tracking.body_sides import acceleration_psd
from reconstruct.tracking.live_common_time import InstantCarrier
from reconstruct.tracking.view_cleaning import ViewCleaner
from reconstruct.triangulation import FrameTriangulator
from reconstruct.types import JointAngles, Points3D

Array = NDArray[np.float64]

_NS = 1e-9
_KEYPOINTS_HEIGHT_M = 1.6
_FORGET = 0.9995
"""How much of a person's greatest size in a picture is still believed one frame later, as people walk away."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What is known of a person before a live session.

    Attributes
    ----------
    belief : about body, joint means and each view's biases
    motion : expected movement
    noise_scale : (P,) factor on the detector's noise, body point by body point
    """

    belief: Belief
    motion: MotionPrior
    noise_scale: Array


def subject_of(trial: SessionTrial) -> Subject:
    """The subject as a static or functional trial has taught it."""
    belief = trial.body.belief.without_plates()
    return Subject(belief.for_next_trial(trial.bias_sd), motion_prior(), trial.noise_scale)


def average_subject(rig: Rig, noise: PixelNoise) -> Subject:
    """A person of average size, where there was no static trial."""
    motion = motion_prior()
    belief = first_belief(LEG_LENGTH, motion, np.full((len(rig), N_POINTS), noise.bias_px))
    return Subject(belief, motion, np.ones(N_POINTS))


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """Points at the time of a set of views, angles at the time of its newest view.

    `lagged` are the angles a little earlier, improved by what followed.
    """

    points: Points3D
    angles: JointAngles
    lagged: JointAngles | None


class LiveReconstructor:
    """Turns view sets of one person into points and angles.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoint_set : what the detectors emit
    noise : of the detectors
    subject : whose body it is
    interval_s : expected time between sets
    """

    def __init__(
        self, rig: Rig, keypoint_set: KeypointSet, noise: PixelNoise, subject: Subject, interval_s: float = 1 / 60
    ) -> None:
        self._keypoint_set = keypoint_set
        self._noise = noise
        self._triangulator = FrameTriangulator(rig, keypoint_set)
        self._cleaner = ViewCleaner(rig, keypoint_set, noise, interval_s)
        self._carrier = InstantCarrier(len(rig), acceleration_psd(keypoint_set), noise.fresh_share)
        self._partner = np.arange(len(keypoint_set))
        for left, right in keypoint_set.left_right_pairs:
            self._partner[[left, right]] = right, left
        self._columns = body_point_columns(keypoint_set)
        self._known = self._columns >= 0
        self._follower = BodyFollower(rig.arrays, subject.belief, subject.motion)
        self._point_noise = subject.noise_scale
        self._rate = subject.motion.rate
        self._reader = AngleReader(subject.motion, keypoint_set.has_feet)
        self._uv = np.empty((len(rig), len(keypoint_set), 2))
        self._confidence = np.empty((len(rig), len(keypoint_set)))
        self._standing = np.full(len(rig), np.nan)
        self._seen_s = np.full(len(rig), np.nan)
        self._last_s = np.nan
        self._interval_s = interval_s

    def update(self, views: FrameSet) -> Instant:
        """Points and angles of one instant; NaN angles where the views do not determine a pose."""
        time_s = views.time_ns * _NS
        exposed_s = self._take(views)
        picture = box_scale(self._uv, self._confidence)
        self._standing = np.fmax(_FORGET * self._standing, picture)
        variance = self._clean(time_s, exposed_s, picture)
        points = self._triangulator.triangulate(views.time_ns, *self._at(time_s, exposed_s, variance))
        body_views = self._body_views(exposed_s, picture)
        followed = self._follower.follow(time_s, body_views, *self._body_points(points))
        angles = self._angles(followed.time_s, followed.pose)
        lagged = followed.lagged
        return Instant(_copied(points), angles, None if lagged is None else self._angles(lagged.time_s, lagged.pose))

    def _angles(self, time_s: float, pose: Pose) -> JointAngles:
        return self._reader.read(round(time_s / _NS), pose.q, pose.covariance)

    def _take(self, views: FrameSet) -> Array:
        """Lay the views out; returns the time (C,) at which each camera exposed."""
        exposed_s = np.full(len(self._uv), views.time_ns * _NS)
        for c, view in enumerate(views.views):
            if view is None or not len(view.uv):
                self._uv[c], self._confidence[c] = np.nan, 0.0
            else:
                self._uv[c], self._confidence[c] = view.uv[0], view.confidence[0]
                exposed_s[c] = view.time_ns * _NS
        return exposed_s

    def _clean(self, time_s: float, exposed_s: Array, picture: Array) -> Array:
        """Exchange mistaken sides and drop what is not believed, in place; returns the variance (C, K) px^2."""
        variance = self._noise.variance_px2(self._confidence, picture, self._standing)
        interval_s = self._interval_s if np.isnan(self._last_s) else max(time_s - self._last_s, 1e-3)
        self._last_s = time_s
        swapped, trusted = self._cleaner.clean(self._uv, variance, interval_s, exposed_s - time_s)
        for values in (self._uv, self._confidence, variance):
            values[swapped] = values[:, self._partner][swapped]
        variance[~trusted] = np.nan
        self._confidence[~trusted] = 0.0
        return variance

    def _at(self, time_s: float, exposed_s: Array, variance: Array) -> tuple[Array, Array]:
        """Keypoints (C, K, 2) px at one time, with their variance (C, K) px^2 there."""
        px_per_metre = self._standing * (REFERENCE_SIZE_PX / _KEYPOINTS_HEIGHT_M)
        return self._carrier.carry(time_s, exposed_s, self._uv, variance, px_per_metre)

    def _body_views(self, exposed_s: Array, picture: Array) -> list[View]:
        """The body points of every camera that sees the person, in order of exposure."""
        views: list[View] = []
        instant = self._noise.instant_px
        for c in np.argsort(exposed_s, kind="stable"):
            if not self._confidence[c].any():
                continue
            since = exposed_s[c] - self._seen_s[c]
            self._seen_s[c] = exposed_s[c]
            shared = self._noise.temporal_px(float(since) if since > 0 else self._interval_s, self._rate)
            uv, sd = np.full((N_POINTS, 2), np.nan), np.full(N_POINTS, np.nan)
            columns = self._columns[self._known]
            uv[self._known] = self._uv[c, columns]
            sd[self._known] = self._noise.factor(self._confidence[c], picture[c])[columns]
            scale = np.maximum(self._point_noise * instant, 0.5) * shared / instant
            views.append(View(int(c), float(exposed_s[c]), uv, (sd * scale) ** 2))
        return views

    def _body_points(self, points: Points3D) -> tuple[Array, Array]:
        xyz, covariance = np.full((N_POINTS, 3), np.nan), np.full((N_POINTS, 3, 3), np.nan)
        columns = self._columns[self._known]
        xyz[self._known], covariance[self._known] = points.xyz[columns], points.covariance[columns]
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
