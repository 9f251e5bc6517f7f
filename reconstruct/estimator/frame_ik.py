"""One frame at a time: maximum a posteriori poses from triangulated points.

The reference that needs nothing but points, and the start of the estimators that look at a whole trial.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import MEAN_DOFS, MotionPrior
from reconstruct.kernels.map_ik import ik_workspace, solve_pose
from reconstruct.skeleton import BODY_POINTS, N_DOF

Array = NDArray[np.float64]

MAX_STEPS = 60
_TOLERANCE = 1e-9
_LEG_CHAINS = tuple((side + "Hip", side + "Knee", side + "Ankle") for side in "RL")


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


def solve_frames(points: Array, covariance: Array, geometry: Array, prior: MotionPrior) -> PoseTrial:
    """Poses of all frames, each warm-started from the last one that could be solved.

    Parameters
    ----------
    points, covariance : (F, P, 3) body points and (F, P, 3, 3), metres; NaN where unseen
    geometry : the subject's body
    prior : Gaussian prior of the bounded joints, the same in every frame
    """
    frames = len(points)
    result = PoseTrial(np.full((frames, N_DOF), np.nan), np.full((frames, N_DOF, N_DOF), np.nan))
    mean, precision = np.zeros(N_DOF), np.zeros(N_DOF)
    mean[list(MEAN_DOFS)] = prior.mean
    precision[:] = prior.stationary_sd**-2.0
    precision[:4] = 0.0  # where the person stands and faces is free
    information = np.nan_to_num(np.linalg.inv(np.where(np.isfinite(covariance), covariance, np.eye(3))))
    workspace, coupling = ik_workspace(), prior.coupling.array
    last: Array | None = None
    for f in range(frames):
        upright = upright_start(points[f])
        start = last if last is not None else upright
        if start is None or upright is None:
            continue
        q = start.copy()
        steps = solve_pose(
            q, points[f], information[f], geometry, coupling, mean, precision, _TOLERANCE, MAX_STEPS, workspace,
            result.covariance[f],
        )  # fmt: skip
        if steps >= 0:
            result.q[f] = last = q
    return result


def filled(q: Array) -> Array:
    """Poses (F, 27) with unsolved frames interpolated, the ends held; the heading unwrapped."""
    solved = np.flatnonzero(np.isfinite(q[:, 0]))
    unwrapped = q.copy()
    unwrapped[solved] = np.unwrap(q[solved], axis=0)
    frames = np.arange(len(q))
    return np.column_stack([np.interp(frames, solved, unwrapped[solved, j]) for j in range(q.shape[1])])
