"""One frame at a time: maximum a posteriori poses from triangulated points.

The reference that needs nothing but points, and the start of the estimators that look at a whole trial.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.errors import ReconstructError
from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels.map_ik import ik_workspace, solve_pose
from reconstruct.kernels.skeleton import BODY_POINTS, N_DOF

Array = NDArray[np.float64]

MAX_STEPS = 60
_TOLERANCE = 1e-9
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


def upright_start(points: Array) -> Array | None:
    """Pose (27,) standing straight where the hips (P, 3) are and facing where they face; None without both hips."""
    right, left = points[BODY_POINTS.index("RHip")], points[BODY_POINTS.index("LHip")]
    across = right - left
    if not np.isfinite(across).all():
        return None
    q = np.zeros(N_DOF)
    q[:3] = 0.5 * (right + left)
    # Heading 0 faces world +Y, so that the right side points to +X; a turn to the left is positive.
    q[3] = math.atan2(across[1], across[0])
    return q


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
        self._mean = np.zeros(N_DOF)
        self._mean[list(MEAN_DOFS)] = prior.mean
        self._precision = prior.stationary_sd**-2.0
        self._precision[:4] = 0.0  # where the person stands and faces is free
        self._workspace = ik_workspace()
        self._last: Array | None = None

    def solve(self, points: Array, covariance: Array) -> Pose:
        """Pose of one frame from body points (P, 3) and covariances (P, 3, 3), metres; NaN where unseen."""
        upright = upright_start(points)
        start = self._last if self._last is not None else upright
        if start is None or upright is None:
            return Pose(np.full(N_DOF, np.nan), np.full((N_DOF, N_DOF), np.nan), 0)
        information = np.nan_to_num(np.linalg.inv(np.where(np.isfinite(covariance), covariance, np.eye(3))))
        q, posterior = start.copy(), np.empty((N_DOF, N_DOF))
        steps = solve_pose(
            q, points, information, self._geometry, self._coupling, self._mean, self._precision, _TOLERANCE,
            MAX_STEPS, self._workspace, posterior,
        )  # fmt: skip
        if steps < 0:
            return Pose(np.full(N_DOF, np.nan), posterior, steps)
        self._last = q
        return Pose(q, posterior, steps)


def solve_frames(points: Array, covariance: Array, geometry: Array, prior: MotionPrior) -> PoseTrial:
    """Poses of all frames, from body points (F, P, 3) and covariances (F, P, 3, 3)."""
    solver = FrameSolver(geometry, prior)
    poses = [solver.solve(*frame) for frame in zip(points, covariance, strict=True)]
    return PoseTrial(np.array([pose.q for pose in poses]), np.array([pose.covariance for pose in poses]))


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
