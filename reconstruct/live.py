"""One instant after the other, as the cameras deliver them: points, body and angles of the newest set of views.

Left and right are put right and stray detections left out (`tracking`).  For the points, which are for the eye, every
view is carried to the set's time; the body follows every view at that view's own capture time
(`estimator.live_filter`).  Points only begin the body, and begin it again when it is lost.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_files.tags import TagPlates
from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet, Keypoints2D
from geometry.rig import Rig
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.body_follower import BodyFollower
from reconstruct.estimator.live_plates import WornPlates, worn_plates
from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.estimator.session import FREE_KNEE_DEG, SessionTrial
from reconstruct.joint_angles import AngleReader
from reconstruct.kernels.skeleton import N_POINTS
from reconstruct.live_tags import LiveTags
from reconstruct.live_views import LiveViews
from reconstruct.pixel_noise import PixelNoise
from reconstruct.reference_body import LEG_LENGTH
from reconstruct.triangulation import FrameTriangulator
from reconstruct.types import JointAngles, Points3D

Array = NDArray[np.float64]

_NS = 1e-9


@dataclass(frozen=True, eq=False)
class Subject:
    """What is known of a person before a live session.

    Attributes
    ----------
    belief : about body, joint means and each view's biases
    motion : expected movement
    noise_scale : (P,) factor on the detector's noise, body point by body point
    worn : tag plates, where the person wears any
    """

    belief: Belief
    motion: MotionPrior
    noise_scale: Array
    worn: WornPlates | None = None


def subject_of(trial: SessionTrial, plates: TagPlates | None = None) -> Subject:
    """The subject as a static or functional trial has taught it, with the tag `plates` that were seen there."""
    worn = None if plates is None else worn_plates(trial, plates)
    belief, motion = trial.body.belief, motion_prior()
    if worn is None:
        return Subject(belief.without_plates().for_next_trial(trial.bias_sd), motion, trial.noise_scale)
    free = motion.with_knee_adduction_sd(FREE_KNEE_DEG, worn.measured_knees)
    return Subject(belief.for_next_trial(trial.bias_sd), free, trial.noise_scale, worn)


def average_subject(rig: Rig, noise: PixelNoise) -> Subject:
    """A person of average size, where there was no static trial."""
    motion = motion_prior()
    belief = first_belief(LEG_LENGTH, motion, np.full((len(rig), N_POINTS), noise.bias_px))
    return Subject(belief, motion, np.ones(N_POINTS))


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """Points and angles of one set of views; `lagged` are angles a little earlier, improved by what followed."""

    points: Points3D
    angles: JointAngles
    lagged: JointAngles | None


class LiveReconstructor:
    """Turns views of one person into points and angles.

    `update` alone does all the work.  Where there is time between the views of an instant, `collect` and `work_ahead`
    leave little to be done when the last one comes.

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
        self._rig, self._keypoint_set, self._noise = rig, keypoint_set, noise
        self._subject, self._interval_s = subject, interval_s
        self._triangulator = FrameTriangulator(rig, keypoint_set)
        self._tags = LiveTags(len(rig), () if subject.worn is None else subject.worn.tags)
        self._reader = AngleReader(subject.motion, keypoint_set.has_feet)
        self.begin_again()

    def begin_again(self) -> None:
        """Forget whom the views have shown so far: somebody else is to be followed."""
        subject = self._subject
        self._views = LiveViews(
            self._rig, self._keypoint_set, self._noise, subject.noise_scale, subject.motion.rate, self._interval_s
        )
        self._follower = BodyFollower(self._rig.arrays, subject.belief, subject.motion, subject.worn)
        self._waiting: deque[Keypoints2D] = deque()
        self._lagged: JointAngles | None = None

    def collect(self, view: Keypoints2D) -> None:
        """A view has come whose instant is not complete, or has been published without it."""
        self._waiting.append(view)

    def work_ahead(self) -> bool:
        """Do one thing that need not wait for the next view; False where there is none."""
        if self._look_back():
            return True
        if not self._waiting:
            return False
        camera = self._views.put(self._waiting.popleft())
        self._views.look_ahead()
        self._take_in(camera)
        return True

    def update(self, views: FrameSet) -> Instant:
        """Points and angles of one instant; NaN angles where the views do not determine a pose."""
        self._look_back()
        self._take_in_late(views)
        new = self._views.complete(views)
        time_s = views.time_ns * _NS
        self._views.settle(time_s)
        points = self._triangulator.triangulate(views.time_ns, *self._views.at(time_s))
        for camera in new:
            self._take_in(camera)
        pose = self._follower.pose_at(time_s, *self._views.body_points(points), self._tags.seen_in(views))
        self._views.empty()
        lagged, self._lagged = self._lagged, None
        return Instant(_copied(points), self._reader.read(views.time_ns, pose.q, pose.covariance), lagged)

    def _look_back(self) -> bool:
        """Improve an earlier pose by the last instant, once."""
        lagged = self._follower.look_back()
        if lagged is None:
            return False
        self._lagged = self._reader.read(round(lagged.time_s / _NS), lagged.pose.q, lagged.pose.covariance)
        return True

    def _take_in_late(self, views: FrameSet) -> None:
        """Use what waits of earlier instants; what belongs to this one is used with it."""
        waiting = [view for view in self._waiting if not any(view is one for one in views.views)]
        self._waiting.clear()
        for view in waiting:
            camera = self._views.put(view)
            self._views.look_ahead()
            self._take_in(camera)

    def _take_in(self, camera: int) -> None:
        view = self._views.body_view(camera)
        if view is not None:
            self._follower.take_in(view)


def _copied(points: Points3D) -> Points3D:
    return Points3D(
        points.time_ns,
        points.keypoint_set,
        points.xyz.copy(),
        points.covariance.copy(),
        points.views.copy(),
        points.residual_px.copy(),
    )
