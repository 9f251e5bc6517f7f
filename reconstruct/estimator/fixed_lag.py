"""Poses a little in the past, improved by what has been seen since: Rauch-Tung-Striebel over the last few instants."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from reconstruct.estimator.frame_ik import Pose
from reconstruct.estimator.priors import MotionPrior
from reconstruct.kernels.motion import fill_step
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

_N = 2 * N_DOF


@dataclass(frozen=True, slots=True, eq=False)
class _Filtered:
    time_s: float
    x: Array
    P: Array
    mean: Array


@dataclass(frozen=True, slots=True, eq=False)
class LaggedPose:
    """Pose and covariance at `time_s`."""

    time_s: float
    pose: Pose


class FixedLag:
    """Keeps the filtered states of the last `lag_s` seconds.

    The joint means are taken as known on the way back: over so short a time they do not move.
    """

    def __init__(self, motion: MotionPrior, lag_s: float) -> None:
        self._motion = motion
        self._lag_s = lag_s
        self._kept: deque[_Filtered] = deque()

    def clear(self) -> None:
        """Forget everything: the filter has begun again."""
        self._kept.clear()

    def add(self, time_s: float, x: Array, P: Array, mean: Array) -> LaggedPose | None:
        """Keep a filtered state (54,) with covariance (54, 54) about joint means (27,).

        Returns the smoothed pose one lag earlier, or None until there is one.
        """
        self._kept.append(_Filtered(time_s, x, P, mean))
        while len(self._kept) > 1 and self._kept[1].time_s <= time_s - self._lag_s:
            self._kept.popleft()
        if self._kept[0].time_s > time_s - self._lag_s:
            return None
        return self._oldest_smoothed()

    def _oldest_smoothed(self) -> LaggedPose:
        states = list(self._kept)
        x, covariance = states[-1].x, states[-1].P
        for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
            transition, noise = self._step(after.time_s - before.time_s)
            offset = np.concatenate([before.mean, np.zeros(N_DOF)])
            predicted = transition @ before.P @ transition.T + noise
            gain = cho_solve(cho_factor(predicted), transition @ before.P).T
            x = before.x + gain @ (x - offset - transition @ (before.x - offset))
            covariance = before.P + gain @ (covariance - predicted) @ gain.T
        return LaggedPose(states[0].time_s, Pose(x[:N_DOF], covariance[:N_DOF, :N_DOF], 0))

    def _step(self, dt: float) -> tuple[Array, Array]:
        motion = self._motion
        transition, noise = np.empty((_N, _N)), np.empty((_N, _N))
        fill_step(dt, motion.deviation, motion.rate, motion.acceleration_psd, transition, noise)
        return transition, noise
