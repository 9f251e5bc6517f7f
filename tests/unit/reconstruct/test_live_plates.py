"""The live update by tag plates against the textbook: skin and all as states of one linear Gaussian problem."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.live_plates import PlateUpdate, WornPlates
from reconstruct.estimator.plate_mounting import segment_poses, square
from reconstruct.estimator.plates import ARTEFACT_TIME_S, CORNER_SD_PX, artefact_variance
from reconstruct.kernels import live_plates as kernels
from reconstruct.kernels.plates import MOUNT_ENTRIES, knee_flexion
from reconstruct.kernels.skeleton import LEG_L, LEG_R, N_DOF, N_GEOMETRY, N_POINTS, SEGMENTS
from tests.rigs import ring
from tests.support.drawn_trials import CAMERAS, PRIOR

Array = NDArray[np.float64]

WORN = ("femur_r", "tibia_r", "pelvis")
HALF_M = 0.05
N_X = 2 * N_DOF
AS_SURE_AS_EVER = 1e12


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


@pytest.fixture(scope="module")
def plates() -> WornPlates:
    R0 = Rotation.from_euler("y", [[90.0], [80.0], [-90.0]], degrees=True).as_matrix()
    return WornPlates("DICT_4X4_50", (0, 1, 2), WORN, np.full(len(WORN), HALF_M), R0)


@pytest.fixture(scope="module")
def belief() -> Belief:
    mounts = np.zeros((len(WORN), MOUNT_ENTRIES))
    mounts[:, :3] = [[0.02, -0.2, 0.09], [0.03, -0.2, 0.07], [-0.12, 0.05, 0.0]]
    sd = np.tile([0.01] * 3 + [0.1] * 3 + [1e-3] * 4, (len(WORN), 1))
    return first_belief(0.8, PRIOR, np.full((CAMERAS, N_POINTS), 4.0)).with_plates(mounts, sd)


def state(belief: Belief, rng: np.random.Generator) -> tuple[Array, Array]:
    """A standing state (N,) and a covariance (N, N) with every correlation."""
    z = np.concatenate([np.zeros(N_X), belief.mean])
    z[2] = 0.95
    z[LEG_R], z[LEG_R + 3], z[LEG_L], z[LEG_L + 3] = 0.4, 0.5, 0.3, 0.4
    z[N_DOF:N_X] = rng.normal(0, 0.3, N_DOF)
    sd = np.concatenate([np.full(N_DOF, 0.02), np.full(N_DOF, 0.5), np.sqrt(np.diag(belief.covariance))])
    mixed = np.eye(len(z)) + 0.05 * rng.normal(0, 1, (len(z), len(z)))
    return z, sd[:, None] * (mixed @ mixed.T) * sd


def seen_at(rig: Rig, plates: WornPlates, z: Array, skin: Array, dt: Array) -> Array:
    """(C, T, 4, 2) exact corners by definition; the skin slid by `skin` (T, 4), exposed `dt` (C,) after the state."""
    corners = np.empty((CAMERAS, len(WORN), 4, 2))
    mounts = z[-MOUNT_ENTRIES * len(WORN) :].reshape(-1, MOUNT_ENTRIES)
    for c in range(CAMERAS):
        q = z[:N_DOF] + dt[c] * z[N_DOF:N_X]
        axes, origins = segment_poses(q[None], z[N_X : N_X + N_GEOMETRY], PRIOR.coupling.array)
        for i, name in enumerate(WORN):
            s = SEGMENTS.index(name)
            slid = skin[i] + mounts[i, 6:] * knee_flexion(s, q)
            turned = Rotation.from_rotvec([0, slid[3], 0]) * Rotation.from_rotvec(mounts[i, 3:6])
            local = mounts[i, :3] + slid[:3] + square(HALF_M) @ (turned.as_matrix() @ plates.R0[i]).T
            corners[c, i] = project(rig.arrays, c, origins[0, s] + local @ axes[0, s].T)
    return corners


def jacobian(rig: Rig, plates: WornPlates, z: Array, dt: Array) -> Array:
    """(8 C T, N + 4 T) of all corners by states and skin, by central differences."""
    at = np.concatenate([z, np.zeros(4 * len(WORN))])
    columns: list[Array] = []
    for n in range(len(at)):
        step = np.zeros_like(at)
        step[n] = 1e-6
        up, down = (
            seen_at(rig, plates, moved[: len(z)], moved[len(z) :].reshape(-1, 4), dt)
            for moved in (at + step, at - step)
        )
        columns.append((up - down).ravel() / 2e-6)
    return np.stack(columns, axis=1)


def updated(rig: Rig, plates: WornPlates, belief: Belief, z: Array, P: Array, dt: Array, corners: Array) -> int:
    """One linear update by the kernel, in place."""
    return kernels.update_plates(
        z, P, dt, rig.arrays, PRIOR.coupling.array, model(plates), corners, CORNER_SD_PX**-2,
        1.0 / artefact_variance(WORN), AS_SURE_AS_EVER, 1, N_X + belief.biases.stop,
        kernels.plate_work(len(WORN), len(z)),
    )  # fmt: skip


def model(plates: WornPlates) -> kernels.Plates:
    return kernels.Plates(np.array([SEGMENTS.index(name) for name in WORN]), plates.half_m, plates.R0)


def test_an_update_is_the_textbook_s_with_the_skin_integrated_out(rig: Rig, plates: WornPlates, belief: Belief) -> None:
    rng = np.random.default_rng(3)
    z, P = state(belief, rng)
    dt = np.zeros(CAMERAS)
    exact = seen_at(rig, plates, z, np.zeros((len(WORN), 4)), dt)
    corners = exact + rng.normal(0, CORNER_SD_PX, exact.shape)
    corners[1, 0] = np.nan
    H = jacobian(rig, plates, z, dt)
    seen = np.isfinite(corners).ravel()
    prior = np.zeros((H.shape[1],) * 2)
    prior[: len(z), : len(z)] = P
    prior[range(len(z), len(prior)), range(len(z), len(prior))] = artefact_variance(WORN).ravel()
    H = H[seen]
    S = H @ prior @ H.T + CORNER_SD_PX**2 * np.eye(len(H))
    gain = np.linalg.solve(S, H @ prior).T
    expected_z = z + (gain @ (corners - exact).ravel()[seen])[: len(z)]
    expected_P = (prior - gain @ H @ prior)[: len(z), : len(z)]
    assert updated(rig, plates, belief, z, P, dt, corners) == len(WORN)
    scale = np.sqrt(np.diag(expected_P))
    np.testing.assert_allclose(z / scale, expected_z / scale, atol=0.02)
    np.testing.assert_allclose(P / np.outer(scale, scale), expected_P / np.outer(scale, scale), atol=0.02)


def test_corners_seen_a_little_later_tell_of_the_velocity(rig: Rig, plates: WornPlates, belief: Belief) -> None:
    z, P = state(belief, np.random.default_rng(4))
    moving = z.copy()
    moving[N_DOF + LEG_R + 3] += 0.6
    dt = np.full(CAMERAS, 0.03)
    before = P[N_DOF + LEG_R + 3, N_DOF + LEG_R + 3]
    corners = seen_at(rig, plates, moving, np.zeros((len(WORN), 4)), dt)
    start = z[N_DOF + LEG_R + 3]
    updated(rig, plates, belief, z, P, dt, corners)
    assert z[N_DOF + LEG_R + 3] > start
    assert P[N_DOF + LEG_R + 3, N_DOF + LEG_R + 3] < before


def test_a_plate_that_nobody_sees_or_that_is_mistaken_changes_little(
    rig: Rig, plates: WornPlates, belief: Belief
) -> None:
    z, P = state(belief, np.random.default_rng(5))
    before = z.copy(), P.copy()
    nothing = np.full((CAMERAS, len(WORN), 4, 2), np.nan)
    update = PlateUpdate(rig.arrays, PRIOR.coupling.array, plates, N_X + belief.biases.stop, len(z))
    assert update.take_in(z, P, 1.0, np.ones(CAMERAS), nothing) == 0
    np.testing.assert_array_equal(z, before[0])
    np.testing.assert_array_equal(P, before[1])
    mistaken = seen_at(rig, plates, z, np.zeros((len(WORN), 4)), np.zeros(CAMERAS))
    mistaken[:, 0] += [250.0, -120.0]
    mistaken[:, 1:] = np.nan
    update.take_in(z, P, 1.0, np.ones(CAMERAS), mistaken)
    np.testing.assert_allclose(z[:N_X], before[0][:N_X], atol=1e-6)


def test_a_second_look_at_once_says_less_than_one_that_waits(rig: Rig, plates: WornPlates, belief: Belief) -> None:
    """Skin that has slid stays so for a while, however often it is looked at."""
    left: list[float] = []
    for wait_s in (0.01, 3.0 * ARTEFACT_TIME_S):
        z, P = state(belief, np.random.default_rng(6))
        firmly = np.where(np.arange(len(z)) < N_X + belief.biases.stop, 1.0, 1e-3)
        P *= np.outer(firmly, firmly)
        corners = seen_at(rig, plates, z, np.zeros((len(WORN), 4)), np.zeros(CAMERAS))
        update = PlateUpdate(rig.arrays, PRIOR.coupling.array, plates, N_X + belief.biases.stop, len(z))
        for n in range(4):
            update.take_in(z, P, n * wait_s, np.full(CAMERAS, n * wait_s), corners)
        left.append(float(P[LEG_R + 2, LEG_R + 2]))
    assert left[0] > 1.2 * left[1]
