"""How fast a person moves, so that a landing is not flattened and a squat not left noisy."""

import math

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.priors import MotionPrior, motion_prior
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF

Array = NDArray[np.float64]

_SAGITTAL = [DOF_NAMES.index(f"{joint}_flexion_{side}") for joint in ("hip", "knee") for side in "rl"]
_PSD_RANGE, _LENGTH_RANGE = (30.0, 10000.0), (0.1, 0.8)
_PSD_FACTOR = 10.0
"""A smooth movement with speed sd s and acceleration sd a forgets its acceleration after about s / a, so white noise of
the same power has a spectral density of 2 a^2 (s / a) = 2 a s; five times that leaves the peaks alone."""
_LENGTH_FACTOR = 2.0
_SPAN_S = 0.08
"""Acceleration is taken over this time, so that the noise of neighbouring frames is not mistaken for it."""


def motion_of(x: Array, time_s: Array) -> MotionPrior:
    """Motion prior that suits the speed and acceleration of the hip and knee flexions in x (F, 54)."""
    if len(x) < 3:
        return motion_prior()
    speed = x[:, N_DOF:][:, _SAGITTAL]
    lag = min(max(1, round(_SPAN_S / float(np.median(np.diff(time_s))))), len(x) - 1)
    acceleration = (speed[lag:] - speed[:-lag]) / (time_s[lag:] - time_s[:-lag])[:, None]
    speed_sd = math.sqrt(float((speed**2).mean(0).max()))
    acceleration_sd = math.sqrt(float((acceleration**2).mean(0).max()))
    psd = min(max(_PSD_FACTOR * speed_sd * acceleration_sd, _PSD_RANGE[0]), _PSD_RANGE[1])
    length = min(max(_LENGTH_FACTOR * speed_sd / max(acceleration_sd, 1e-9), _LENGTH_RANGE[0]), _LENGTH_RANGE[1])
    return motion_prior(psd, length)
