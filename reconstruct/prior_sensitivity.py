"""What a result owes to the prior: the same movement solved again with a freer knee."""

import math

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import MotionPrior
from reconstruct.estimator.session import SessionTrial
from reconstruct.estimator.smoothing_problem import Estimate, trial_problem
from reconstruct.estimator.trial_smoother import descend
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF

Array = NDArray[np.float64]

FREE_KNEE_DEG = 10.0
"""Standard deviation of knee adduction about its mean in the second solution."""
_STEPS = 4


def freed(motion: MotionPrior) -> MotionPrior:
    """The prior with knees that are held more tightly let go as far as `FREE_KNEE_DEG`."""
    held = [s for s in "rl" if motion.deviation[DOF_NAMES.index(f"knee_adduction_{s}")] < math.radians(FREE_KNEE_DEG)]
    return motion.with_knee_adduction_sd(FREE_KNEE_DEG, held)


def poses_with_free_knees(trial: SessionTrial) -> Array:
    """Poses (F, 27) of a trial, had knee adduction been expected to vary by `FREE_KNEE_DEG`.

    A knee that is expected to vary by more already, as plates measure it, stays as it is.
    """
    first = trial.problem
    again = trial_problem(first.cameras, first.seen, first.prior, freed(first.motion), first.plates)
    at = Estimate(trial.body.x, trial.body.belief.mean)
    return descend(again, at, _STEPS).x[:, :N_DOF]
