"""One pure motion at a time shows in its own column with the right sign, and nowhere else above its stated error."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.estimator import smoothing_problem, trial_smoother
from reconstruct.estimator.belief import FIRST_MEAN, Belief, first_belief
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.priors import motion_prior
from reconstruct.joint_angles import angles_from_poses
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS
from reconstruct.pixel_noise import PixelNoise
from reconstruct.types import AngleTrial
from tests.rigs import ring

Array = NDArray[np.float64]

CAMERAS, FRAMES, FPS = 4, 60, 60.0
NOISE_PX = 1.0
PRIOR = motion_prior(acceleration_psd=100.0, length_s=0.5)
RANGE_DEG = 12.0
# degree of freedom -> reported angle, share of the motion that must be found there, what else it moves by nature
MOTIONS = {
    "hip_flexion_{}": ("hip_flexion_{}", 0.8, ("thigh_flexion_{}",)),
    "hip_adduction_{}": ("hip_adduction_{}", 0.8, ()),
    "hip_rotation_{}": ("hip_rotation_{}", 0.5, ("apparent_valgus_{}",)),
    "knee_flexion_{}": ("knee_flexion_{}", 0.8, ("knee_rotation_{}", "knee_adduction_{}", "apparent_valgus_{}")),
    "knee_adduction_{}": ("knee_adduction_{}", 0.5, ("apparent_valgus_{}",)),
    "knee_rotation_{}": ("knee_rotation_{}", 0.1, ()),
    "talocrural_{}": ("ankle_dorsiflexion_{}", 0.6, ("ankle_inversion_{}", "ankle_toe_in_{}")),
    "subtalar_{}": ("ankle_inversion_{}", 0.3, ("ankle_dorsiflexion_{}", "ankle_toe_in_{}")),
}


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


@pytest.fixture(scope="module")
def belief() -> Belief:
    """Somebody whose body and biases a static trial has taught."""
    first = first_belief(0.82, PRIOR, np.full((CAMERAS, N_POINTS), 0.5))
    covariance = first.covariance.copy()
    covariance[:FIRST_MEAN, :FIRST_MEAN] *= 0.05
    return Belief(first.mean, covariance)


def move(dof: str) -> Array:
    """(F, 27): bent a little, then one degree of freedom goes out by `RANGE_DEG` and comes back."""
    q = np.zeros((FRAMES, N_DOF))
    q[:, 2] = 0.9
    for side in "rl":
        q[:, DOF_NAMES.index(f"hip_flexion_{side}")] = q[:, DOF_NAMES.index(f"knee_flexion_{side}")] = np.radians(20.0)
    q[:, DOF_NAMES.index(dof)] += np.radians(RANGE_DEG) * np.sin(np.pi * np.arange(FRAMES) / (FRAMES - 1)) ** 2
    return q


def estimate(rig: Rig, belief: Belief, q: Array) -> AngleTrial:
    """Angles of what the cameras see of a movement."""
    rng = np.random.default_rng(0)
    points = np.stack([body_points(pose, belief.geometry, PRIOR.coupling.array) for pose in q])
    uv = np.stack([project(rig.arrays, c, points) for c in range(CAMERAS)]) + rng.normal(
        0, NOISE_PX, (CAMERAS, FRAMES, N_POINTS, 2)
    )
    seen = Observations(
        np.arange(FRAMES) / FPS, np.zeros((CAMERAS, FRAMES)), uv, np.full(uv.shape[:3], NOISE_PX**2),
        np.full(CAMERAS, 0.01), np.full((CAMERAS, N_POINTS), 0.5), PixelNoise(NOISE_PX, 0.0), 1 / FPS,
    )  # fmt: skip
    problem = smoothing_problem.trial_problem(rig.arrays, seen, belief, PRIOR)
    at = trial_smoother.descend(problem, smoothing_problem.start_from(q, seen.time_s, belief), 12)
    body = trial_smoother.posterior(problem, at)
    return angles_from_poses(body.time_s, body.q, body.covariance, PRIOR, feet_seen=True)


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize("dof", list(MOTIONS))
def test_a_pure_motion_shows_where_it_belongs(rig: Rig, belief: Belief, dof: str, side: str) -> None:
    column, share, moved_by_nature = MOTIONS[dof]
    q = move(dof.format(side))
    found = estimate(rig, belief, q)
    excursion = np.degrees(found.values[FRAMES // 2] - 0.5 * (found.values[0] + found.values[-1]))
    own = angle_index(column.format(side))
    assert share * RANGE_DEG < excursion[own] < 1.3 * RANGE_DEG
    allowed = 1.96 * np.degrees(np.hypot(found.standard_error[FRAMES // 2], found.standard_error[0]))
    nature = {own, *(angle_index(name.format(side)) for name in moved_by_nature)}
    elsewhere = [i for i in range(len(ANGLE_NAMES)) if i not in nature and abs(excursion[i]) > allowed[i]]
    assert not elsewhere, [ANGLE_NAMES[i] for i in elsewhere]


@pytest.mark.parametrize(
    ("dof", "column", "sign"), [("pelvis_roll", "pelvis_list", 1.0), ("pelvis_pitch", "pelvis_tilt", 1.0)]
)
def test_the_pelvis(rig: Rig, belief: Belief, dof: str, column: str, sign: float) -> None:
    found = estimate(rig, belief, move(dof))
    own = found.values[:, angle_index(column)]
    assert np.degrees(own[FRAMES // 2] - own[0]) > 0.5 * RANGE_DEG
    anterior = found.values[:, angle_index("anterior_tilt")]
    np.testing.assert_array_equal(anterior, -found.values[:, angle_index("pelvis_tilt")])
