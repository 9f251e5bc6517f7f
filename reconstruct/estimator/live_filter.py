"""Pose of a person at this moment, from each camera's keypoints as they arrive.

No common time and no triangulation are needed: every view is taken in at its own capture time, so unsynchronised
cameras, missing joints and moments with a single camera are ordinary cases.  The belief about body and biases goes on
learning while the person moves.
"""

import numpy as np
from numpy.typing import NDArray

from geometry.camera_model import CameraArrays
from reconstruct.estimator.belief import FIRST_BIAS, FIRST_MEAN, Belief
from reconstruct.estimator.frame_ik import Pose
from reconstruct.estimator.live_plates import PlateUpdate, WornPlates
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels import live_filter as kernels
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

STUDENT_NU = 8.0
ITERATIONS = 2
_FIRST_GLOBAL = 2 * N_DOF
_START_SPEED_SD = 1.0
"""rad/s and m/s of a pose whose speed is not known"""
_BIAS_GROWTH = 0.1
"""px^2 per second: biases follow heading and pose slowly, about 1 px in ten seconds."""


class LiveFilter:
    """Iterated extended Kalman filter over pose, velocity and everything the belief is about.

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
        self._cameras = cameras
        self._belief = belief
        self._motion = motion
        self._coupling = motion.coupling.array
        self._mean_state = np.full(N_DOF, -1)
        self._mean_state[list(MEAN_DOFS)] = _FIRST_GLOBAL + FIRST_MEAN + np.arange(len(MEAN_DOFS))
        self._work = kernels.filter_work(_FIRST_GLOBAL + len(belief.mean))
        self._z = np.zeros(_FIRST_GLOBAL + len(belief.mean))
        self._P = np.zeros((len(self._z), len(self._z)))
        self._mean_state_known = self._mean_state >= 0
        self._first_mount = _FIRST_GLOBAL + belief.biases.stop
        self._plates = (
            None if worn is None else PlateUpdate(cameras, self._coupling, worn, self._first_mount, len(self._z))
        )
        self.time_s = self.seen_s = float("nan")

    @property
    def started(self) -> bool:
        """Whether there is a pose."""
        return not np.isnan(self.time_s)

    def start(self, pose: Pose, time_s: float) -> None:
        """Begin, or begin again, from a pose found without the filter; what was learned about the body is kept."""
        if not self.started:
            self._z[_FIRST_GLOBAL:] = self._belief.mean
            self._P[_FIRST_GLOBAL:, _FIRST_GLOBAL:] = self._belief.covariance
        self._z[:N_DOF], self._z[N_DOF:_FIRST_GLOBAL] = pose.q, 0.0
        self._P[:_FIRST_GLOBAL, :] = self._P[:, :_FIRST_GLOBAL] = 0.0
        self._P[:N_DOF, :N_DOF] = pose.covariance
        speeds = np.arange(N_DOF, _FIRST_GLOBAL)
        self._P[speeds, speeds] = _START_SPEED_SD**2
        self.time_s = self.seen_s = time_s

    def advance(self, time_s: float) -> None:
        """Move the state on to a later time; an earlier one changes nothing."""
        if time_s <= self.time_s:
            return
        motion = self._motion
        kernels.predict(
            self._z, self._P, time_s - self.time_s, motion.deviation, motion.rate, motion.acceleration_psd,
            self._mean_state, _BIAS_GROWTH, _FIRST_GLOBAL + FIRST_BIAS, self._first_mount, self._work,
        )  # fmt: skip
        self.time_s = time_s

    def take_in(self, camera: int, time_s: float, uv: Array, variance: Array) -> float:
        """Use what a camera saw at `time_s`, which may lie a little before the state.

        Parameters
        ----------
        uv : (P, 2) px, NaN where unseen
        variance : (P,) px^2 per axis

        Returns
        -------
        Share of the seen points that lie far from where they were expected
        """
        if np.isfinite(uv).any():
            self.seen_s = max(self.seen_s, time_s)
        return kernels.update(
            self._z, self._P, time_s - self.time_s, camera, self._cameras, self._coupling, uv, variance, STUDENT_NU,
            ITERATIONS, _FIRST_GLOBAL, _FIRST_GLOBAL + FIRST_BIAS, self._work,
        )  # fmt: skip

    def take_in_plates(self, exposed_s: Array, corners: Array) -> None:
        """Use where cameras that exposed at `exposed_s` (C,) saw the plates: corners (C, T, 4, 2) px, NaN where not."""
        if self._plates is not None:
            self._plates.take_in(self._z, self._P, self.time_s, exposed_s, corners)

    @property
    def pose(self) -> Pose:
        """Current pose (27,) and its covariance."""
        return self.pose_at(self.time_s)

    def pose_at(self, time_s: float) -> Pose:
        """Pose (27,) and its covariance a few milliseconds from the state, at its speed."""
        dt, position, speed = time_s - self.time_s, slice(N_DOF), slice(N_DOF, _FIRST_GLOBAL)
        both = self._P[position, speed]
        covariance = self._P[position, position] + dt * (both + both.T) + dt**2 * self._P[speed, speed]
        return Pose(self._z[position] + dt * self._z[speed], covariance, ITERATIONS)

    @property
    def pose_and_velocity(self) -> tuple[Array, Array, Array]:
        """State (54,), its covariance (54, 54) and the mean (27,) of every degree of freedom, 0 where free."""
        mean = np.zeros(N_DOF)
        mean[self._mean_state_known] = self._z[self._mean_state[self._mean_state_known]]
        return self._z[:_FIRST_GLOBAL].copy(), self._P[:_FIRST_GLOBAL, :_FIRST_GLOBAL].copy(), mean

    @property
    def belief(self) -> Belief:
        """What is believed about body and biases by now."""
        return Belief(
            self._z[_FIRST_GLOBAL:].copy(), self._P[_FIRST_GLOBAL:, _FIRST_GLOBAL:].copy(), self._belief.plates
        )
