"""The whole adjustment: robust weights, board motion and clocks brought up to date round after round."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.bundle.motion import nearest_instants
from calibration.bundle.problem import Sightings, State
from calibration.bundle.solver import Task, linearise, minimise, misses, reduce
from calibration.kernels.board_view import CAMERA, DISTORTION, INTRINSIC, OFFSET, READOUT
from geometry import se3

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ROUNDS = 20
_STEPS_PER_ROUND = 8
_SETTLED = 1e-3

# Beyond this many deviations a corner pulls no harder than at it (Huber): rare wrong corners lose their lever while
# honest ones, blurred or late, keep their say.
_HUBER = 5.0
_SMALLEST_SIGMA_PX = 0.01
_LEAST_FOLLOWING = 10
_MOST_PERSISTENT = 0.8


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What is known about each camera beforehand: the values of a state, each with its precision.

    `precision` is (C, CAMERA, CAMERA); that of a pose belongs to a shift and turn in the camera's frame.
    """

    state: State
    precision: Array

    @classmethod
    def none(cls, state: State) -> "Knowledge":
        """Nothing is known."""
        return cls(state, np.zeros((len(state.offset_s), CAMERA, CAMERA)))

    def step_from(self, state: State) -> Array:
        """(C, CAMERA) step that leads from a state to what is known."""
        step = camera_values(self.state) - camera_values(state)
        turn = self.state.cameras.R @ np.swapaxes(state.cameras.R, 1, 2)
        step[:, :3] = self.state.cameras.t - (turn @ state.cameras.t[..., None])[..., 0]
        step[:, 3:6] = se3.vector_from_rotation(turn)
        return step


@dataclass(frozen=True, eq=False)
class Adjustment:
    """Outcome of an adjustment.

    Attributes
    ----------
    state : the solution
    task : the last equations' data; its weights are honest inverse variances
    miss_px : (N, 2) observed minus predicted
    sigma_px : robust standard deviation of one coordinate of a corner
    design_effect : by how many corners of one picture the information is over-counted, because they share errors
        (timing, blur, a bent board); 1 when corners err independently
    """

    state: State
    task: Task
    miss_px: Array
    sigma_px: float
    design_effect: float

    @property
    def rms_px(self) -> float:
        """Root mean square pixel distance over all corners."""
        return float(np.sqrt((self.miss_px**2).sum(axis=1).mean()))

    def information(self) -> Array:
        """Inverse covariance of the free camera parameters, board poses integrated out, without prior knowledge."""
        task = replace(self.task, prior_precision=np.zeros_like(self.task.prior_precision))
        return self._reduced(task)

    def covariance(self) -> Array:
        """(C * CAMERA, C * CAMERA) covariance of all camera parameters; zero for those that were held."""
        free = self.task.free.ravel()
        covariance = np.zeros((free.size, free.size))
        covariance[np.ix_(free, free)] = np.linalg.pinv(self._reduced(self.task), hermitian=True)
        return covariance

    def _reduced(self, task: Task) -> Array:
        S = reduce(task, linearise(task, self.state, np.zeros(task.free.shape)), 0.0).S
        return 0.5 * (S + S.T)


def adjust(sightings: Sightings, state: State, free: Mask, knowledge: Knowledge, *, timed: bool) -> Adjustment:
    """Best cameras, clocks and board poses.

    Parameters
    ----------
    sightings, state : measurements and where to start
    free : (C, CAMERA) parameters that may move; one camera's pose must not, it is the reference
    knowledge : prior knowledge about the parameters
    timed : pictures are taken at their timestamps (else: exactly at their instant)
    """
    sigma = np.nan
    outcome = _look(sightings, state, free, knowledge, timed)
    for _ in range(_ROUNDS):
        state = minimise(outcome.task, outcome.state, _STEPS_PER_ROUND)
        outcome = _look(sightings, state, free, knowledge, timed)
        if abs(outcome.sigma_px - sigma) < _SETTLED * outcome.sigma_px:
            break
        sigma = outcome.sigma_px
    return outcome


def camera_values(state: State) -> Array:
    """(C, CAMERA) parameters of a state; those of the poses, which are steps and no values, are zero."""
    values = np.zeros((len(state.offset_s), CAMERA))
    values[:, INTRINSIC : INTRINSIC + 2] = state.cameras.focal
    values[:, INTRINSIC + 2 : DISTORTION] = state.cameras.centre
    values[:, DISTORTION:OFFSET] = state.cameras.distortion
    values[:, OFFSET], values[:, READOUT] = state.offset_s, state.readout_s
    return values


def _look(sightings: Sightings, state: State, free: Mask, knowledge: Knowledge, timed: bool) -> Adjustment:
    """Residuals, weights and the next round's task at a state."""
    instant = nearest_instants(sightings, state.offset_s) if timed else None
    step = np.where(free, knowledge.step_from(state), 0.0)
    task = Task(sightings, instant, np.zeros(0), free, knowledge.precision, step)
    miss = misses(sightings, state, task.views(state))
    miss = np.where(np.isfinite(miss), miss, 1e3)
    sigma = max(1.4826 * float(np.median(np.abs(miss))), _SMALLEST_SIGMA_PX)
    distance = np.linalg.norm(miss, axis=1)
    weight = np.minimum(1.0, _HUBER * sigma / np.maximum(distance, 1e-12))
    design_effect = _design_effect(sightings, miss, weight)
    variance = float((weight * distance**2).sum() / weight.sum()) / 2.0
    variance *= design_effect * _fitted_away(sightings, free)
    return Adjustment(
        state, replace(task, weight=weight / max(variance, _SMALLEST_SIGMA_PX**2)), miss, sigma, design_effect
    )


def _fitted_away(sightings: Sightings, free: Mask) -> float:
    """Measurements over degrees of freedom left: residuals are smaller than errors by what the fit absorbed."""
    measured = 2.0 * len(sightings.corners.uv)
    fitted = sightings.knot_freedom * np.count_nonzero(sightings.views) + np.count_nonzero(free)
    return measured / max(measured - fitted, 0.1 * measured)


def _design_effect(sightings: Sightings, miss: Array, weight: Array) -> float:
    """Kish's design effect of pictures as clusters, from how much of the residual each picture's corners share.

    What they share may live on in the camera's next picture (a late clock while the board keeps moving one way): as in
    a first-order autoregression, n such pictures are worth n (1 - r) / (1 + r) independent ones.
    """
    n_pictures = len(sightings.camera)
    shrunk = miss * np.sqrt(weight)[:, None]
    count = np.bincount(sightings.picture_of, minlength=n_pictures)
    sums = np.stack([np.bincount(sightings.picture_of, axis, n_pictures) for axis in shrunk.T], axis=-1)
    size = float((count**2).sum() / max(count.sum(), 1))
    if size <= 1.0:
        return 1.0
    total = float((shrunk**2).sum())
    # Sum over pairs of corners of one picture, per pair, relative to the variance: the intra-class correlation.
    pairs = float((count * (count - 1)).sum())
    shared = (float((sums**2).sum()) - total) / max(pairs, 1.0)
    correlation = float(np.clip(shared / max(total / max(len(miss), 1), 1e-12), 0.0, 1.0))
    return 1.0 + correlation * (size * _persistence(sightings, sums / np.maximum(count, 1)[:, None]) - 1.0)


def _persistence(sightings: Sightings, mean_miss: Array) -> float:
    """(1 + r) / (1 - r) for the correlation r of a camera's consecutive pictures (I, 2)."""
    order = np.lexsort((sightings.knot, sightings.camera))
    camera, knot, mean = sightings.camera[order], sightings.knot[order], mean_miss[order]
    follows = (np.diff(camera) == 0) & (np.diff(knot) == 1)
    if np.count_nonzero(follows) < _LEAST_FOLLOWING:
        return 1.0
    before, after = mean[:-1][follows], mean[1:][follows]
    power = float(np.sqrt((before**2).sum() * (after**2).sum()))
    r = float(np.clip((before * after).sum() / max(power, 1e-12), 0.0, _MOST_PERSISTENT))
    return (1.0 + r) / (1.0 - r)
