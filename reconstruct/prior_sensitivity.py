"""What a result owes to the prior: the same movement solved again with a freer knee."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.session import SessionTrial
from reconstruct.estimator.trial_smoother import Estimate, descend, trial_problem
from reconstruct.kernels.skeleton import N_DOF

Array = NDArray[np.float64]

FREE_KNEE_DEG = 10.0
"""Standard deviation of knee adduction about its mean in the second solution."""
_STEPS = 4


def poses_with_free_knees(trial: SessionTrial) -> Array:
    """Poses (F, 27) of a trial, had knee adduction been expected to vary by `FREE_KNEE_DEG`."""
    first = trial.problem
    motion = trial.motion.with_knee_adduction_sd(FREE_KNEE_DEG)
    again = trial_problem(first.cameras, replace(first.seen, rate=0.0), first.prior, motion, first.plates)
    at = Estimate(trial.body.x, trial.body.belief.mean)
    return descend(again, at, _STEPS).x[:, :N_DOF]
