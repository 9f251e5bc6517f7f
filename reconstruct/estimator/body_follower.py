"""Follows one body through a live session: begins, carries on, notices when it is lost, and begins again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.estimator.belief import Belief
from reconstruct.estimator.fixed_lag import FixedLag, LaggedPose
from reconstruct.estimator.frame_ik import FrameSolver, Pose
from reconstruct.estimator.live_filter import LiveFilter
from reconstruct.estimator.live_plates import WornPlates
from reconstruct.estimator.observations import LONGEST_SILENCE_S
from reconstruct.estimator.priors import MotionPrior
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

LAG_S = 0.05
_LOST_AFTER_S = 0.3
_LOST_SHARE = 0.5
"""A view of which more than this share lies far off contradicts the pose; views that only contradict for
`_LOST_AFTER_S` mean that the pose is wrong."""

NOWHERE = Pose(np.full(N_DOF, np.nan), np.full((N_DOF, N_DOF), np.nan), 0)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Body points (P, 2) px that one camera saw at `time_s`, NaN where unseen, with variances (P,) px^2 per axis."""

    camera: int
    time_s: float
    uv: Array
    variance: Array


@dataclass(frozen=True, slots=True, eq=False)
class PlateView:
    """Corners (C, T, 4, 2) px of the plates in every camera, exposed at `exposed_s` (C,); NaN where unseen."""

    exposed_s: Array
    corners: Array


class BodyFollower:
    """A live filter with a way in and a way back.

    Parameters
    ----------
    cameras : C cameras
    belief : body, joint means and biases before the session
    motion : expected movement
    worn : tag plates whose mountings stand in the belief
    """

    def __init__(
        self, cameras: CameraArrays, belief: Belief, motion: MotionPrior, worn: WornPlates | None = None
    ) -> None:
        self._filter = LiveFilter(cameras, belief, motion, worn)
        self._lag = FixedLag(motion, LAG_S)
        self._geometry = belief.geometry
        self._motion = motion.about(belief.joint_means)
        self._agreed_s = -np.inf
        self._reached: tuple[float, Array, Array, Array] | None = None
        self.restarts = 0

    def take_in(self, view: View) -> None:
        """Use what a camera saw; a body that is lost has no use for single views."""
        if self._is_lost(view.time_s):
            return
        self._filter.advance(view.time_s)
        if self._filter.take_in(view.camera, view.time_s, view.uv, view.variance) <= _LOST_SHARE:
            self._agreed_s = view.time_s

    def pose_at(self, time_s: float, points: Array, covariance: Array, plates: PlateView | None = None) -> Pose:
        """Pose of an instant whose views have been taken in.

        Parameters
        ----------
        time_s : of the instant
        points, covariance : (P, 3), (P, 3, 3) triangulated body points, only used to begin
        plates : where tag plates were seen, if any were
        """
        if self._is_lost(time_s):
            self._begin(time_s, points, covariance)
            return NOWHERE if self._is_lost(time_s) else self._filter.pose
        self._filter.advance(time_s)
        if plates is not None:
            self._filter.take_in_plates(plates.exposed_s, plates.corners)
        self._reached = self._filter.time_s, *self._filter.pose_and_velocity
        return self._filter.pose_at(time_s)

    def look_back(self) -> LaggedPose | None:
        """A better pose of a little before the last instant: once for every instant, None where there is none."""
        reached, self._reached = self._reached, None
        return None if reached is None else self._lag.add(*reached)

    def _is_lost(self, time_s: float) -> bool:
        if not self._filter.started or time_s - self._filter.seen_s > LONGEST_SILENCE_S:
            return True
        return self._filter.seen_s - self._agreed_s > _LOST_AFTER_S

    def _begin(self, time_s: float, points: Array, covariance: Array) -> None:
        pose = FrameSolver(self._geometry, self._motion).solve(points, covariance)
        if np.isnan(pose.q).any() or np.isnan(pose.covariance).any():
            return
        self.restarts += self._filter.started
        self._filter.start(pose, time_s)
        self._agreed_s = time_s
        self._lag.clear()
        self._reached = None
