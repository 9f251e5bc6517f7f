"""One frame at a time: maximum a posteriori poses from triangulated points.

The reference that needs nothing but points, and the start of the estimators that look at a whole trial.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.errors import ReconstructError
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels import map_ik
from reconstruct.kernels.skeleton import BODY_POINTS, N_DOF, N_POINTS

Array = NDArray[np.float64]

MAX_STEPS = 60
_TOLERANCE = 1e-7
"""rad and m: below a ten-thousandth of the standard errors"""
_LEG_CHAINS = tuple((side + "Hip", side + "Knee", side + "Ankle") for side in "RL")


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Pose (27,) and covariance (27, 27) of one frame, NaN where it shows too little; `steps` of the solver."""

    q: Array
    covariance: Array
    steps: int


@dataclass(frozen=True, eq=False)
class PoseTrial:
    """Poses (F, 27) and covariances (F, 27, 27) of independent frames; NaN where a frame shows too little."""

    q: Array
    covariance: Array


def leg_length(points: Array) -> float:
    """Typical thigh plus shank length (m) of body points (F, P, 3), both legs; NaN where no leg is seen."""
    lengths = [
        np.linalg.norm(points[:, BODY_POINTS.index(a)] - points[:, BODY_POINTS.index(b)], axis=-1)
        for hip, knee, ankle in _LEG_CHAINS
        for a, b in ((hip, knee), (knee, ankle))
    ]
    known = [float(np.nanmedian(length)) for length in lengths if np.isfinite(length).any()]
    return 2.0 * float(np.mean(known)) if known else math.nan


def upright_starts(points: Array) -> Array:
    """Poses (F, 27) standing straight where the hips of (F, P, 3) are and facing where they face; NaN without both."""
    right, left = points[:, BODY_POINTS.index("RHip")], points[:, BODY_POINTS.index("LHip")]
    across = right - left
    q = np.zeros((len(points), N_DOF))
    q[:, :3] = 0.5 * (right + left)
    # Heading 0 faces world +Y, so that the right side points to +X; a turn to the left is positive.
    q[:, 3] = np.arctan2(across[:, 1], across[:, 0])
    q[~np.isfinite(across).all(axis=1)] = np.nan
    return q


def _gaussian(prior: MotionPrior) -> tuple[Array, Array]:
    """Mean and precision (27,) of a single frame; where the person stands and faces is free."""
    mean, precision = np.zeros(N_DOF), prior.stationary_sd**-2.0
    mean[list(MEAN_DOFS)] = prior.mean
    precision[:4] = 0.0
    return mean, precision


class FrameSolver:
    """Solves frame after frame, each started from the last one that could be solved.

    Parameters
    ----------
    geometry : the subject's body
    prior : Gaussian prior of the bounded joints, the same in every frame
    """

    def __init__(self, geometry: Array, prior: MotionPrior) -> None:
        self._geometry = geometry
        self._coupling = prior.coupling.array
        self._mean, self._precision = _gaussian(prior)
        self._workspace = map_ik.ik_workspace()
        self._information = np.empty((N_POINTS, 3, 3))
        self._last: Array | None = None

    def solve(self, points: Array, covariance: Array) -> Pose:
        """Pose of one frame from body points (P, 3) and covariances (P, 3, 3), metres; NaN where unseen."""
        upright = upright_starts(points[None])[0]
        posterior = np.full((N_DOF, N_DOF), np.nan)
        if math.isnan(upright[0]):
            return Pose(upright, posterior, 0)
        q = upright if self._last is None else self._last.copy()
        map_ik.inverse_covariances(covariance, self._information)
        steps = map_ik.solve_pose(
            q, points, self._information, self._geometry, self._coupling, self._mean, self._precision, _TOLERANCE,
            MAX_STEPS, self._workspace, posterior,
        )  # fmt: skip
        if steps < 0:
            return Pose(np.full(N_DOF, np.nan), posterior, steps)
        self._last = q
        return Pose(q, posterior, steps)


def solve_frames(points: Array, covariance: Array, geometry: Array, prior: MotionPrior) -> PoseTrial:
    """Poses of all frames, from body points (F, P, 3) and covariances (F, P, 3, 3), on two cores.

    The first half is followed from the first frame on, the second half from the last one back.
    """
    q, posterior = np.empty((len(points), N_DOF)), np.empty((len(points), N_DOF, N_DOF))
    map_ik.solve_poses(
        upright_starts(points), points, covariance, geometry, prior.coupling.array, *_gaussian(prior), _TOLERANCE,
        MAX_STEPS, q, posterior,
    )  # fmt: skip
    return PoseTrial(q, posterior)


def filled(q: Array) -> Array:
    """Poses (F, 27) with unsolved frames interpolated, the ends held; the heading unwrapped.

    Raises
    ------
    ReconstructError : no frame was solved
    """
    solved = np.flatnonzero(np.isfinite(q[:, 0]))
    if not len(solved):
        raise ReconstructError(
            "no frame shows a body of human size; check that rig and keypoints belong together and the rig is in metres"
        )
    unwrapped = q.copy()
    unwrapped[solved] = np.unwrap(q[solved], axis=0)
    frames = np.arange(len(q))
    complete = np.empty_like(q)
    for j in range(q.shape[1]):
        complete[:, j] = np.interp(frames, solved, unwrapped[solved, j])
    return complete
