"""A body and poses that the tests of this package share."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.body_motion import BodyMotion
from reconstruct.estimator.priors import KneeCoupling
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF
from reconstruct.reference_body import LEG_LENGTH, reference_geometry

Array = NDArray[np.float64]


def draw_poses(rng: np.random.Generator, frames: int) -> Array:
    """(F, 27) of people who bend hips and knees, with everything else a little off."""
    q = rng.normal(0.0, 0.12, (frames, N_DOF))
    q[:, :3] = rng.normal((0.0, 0.0, 0.9), 0.3, (frames, 3))
    q[:, 3] = rng.uniform(-3.0, 3.0, frames)
    for side in "rl":
        q[:, DOF_NAMES.index(f"hip_flexion_{side}")] = rng.uniform(0.0, 1.0, frames)
        q[:, DOF_NAMES.index(f"knee_flexion_{side}")] = rng.uniform(0.0, 1.6, frames)
    return q


@pytest.fixture
def motion() -> BodyMotion:
    """Forty unconnected poses with correlated errors of one to two degrees."""
    rng = np.random.default_rng(3)
    q = draw_poses(rng, 40)
    mix = rng.normal(0.0, 1.0, (N_DOF, N_DOF))
    covariance = 0.02**2 * np.tile(mix @ mix.T / N_DOF + 0.3 * np.eye(N_DOF), (len(q), 1, 1))
    geometry, _ = reference_geometry(LEG_LENGTH)
    velocity = rng.normal(0.0, 1.0, q.shape)
    return BodyMotion(np.arange(len(q)) / 60, q, velocity, covariance, geometry, KneeCoupling())


@pytest.fixture
def bend() -> Callable[..., BodyMotion]:
    """Builds a person who squats at 80 deg of knee flexion, with these angles (deg) besides, for a single frame."""

    def build(**degrees: float) -> BodyMotion:
        q = np.zeros((1, N_DOF))
        q[0, 2:4] = 0.7, 1.1
        angles = {
            f"{joint}_flexion_{side}": 40.0 * (1 + (joint == "knee")) for joint in ("hip", "knee") for side in "rl"
        }
        for name, angle in (angles | degrees).items():
            q[0, DOF_NAMES.index(name)] = np.radians(angle)
        geometry, _ = reference_geometry(LEG_LENGTH)
        return BodyMotion(np.zeros(1), q, np.zeros_like(q), np.zeros((1, N_DOF, N_DOF)), geometry, KneeCoupling())

    return build
