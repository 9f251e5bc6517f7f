"""How well a detection fits a person, and where rays to joints meet, against plain arithmetic and `intersect_rays`."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geometry.camera_model import CameraScalars
from geometry.rays import intersect_rays
from geometry.rig import Rig
from reconstruct.kernels.joint_rays import DX, JOINTS, add_rays, room_for_joints, solve_joints, take_ray
from reconstruct.kernels.people import MIRRORED, PAIRS, STRAY, expect, fit, room_to_expect
from tests.rigs import ring

Array = NDArray[np.float64]

UNKNOWN = 4.0
RIG = ring(4)


def somebody(rng: np.random.Generator) -> Array:
    """Joints (1, 3, J) of a person near the middle of the volume."""
    return rng.normal((0.0, 0.0, 1.0), (0.3, 0.3, 0.5), (1, JOINTS, 3)).swapaxes(1, 2).copy()


def views_of(rig: Rig, joints: Array) -> Array:
    """Undistorted image points (C, 1, 2, J) of joints (3, J)."""
    ahead = np.einsum("cij,jk->cik", rig.arrays.R, joints) + rig.arrays.t[:, :, None]
    return (ahead[:, :2] / ahead[:, 2:])[:, None].copy()


def scalars(rig: Rig, c: int) -> CameraScalars:
    """Camera c, whose lens does not matter."""
    R, t = (tuple(getattr(rig.arrays, name)[c].ravel().tolist()) for name in ("R", "t"))
    return CameraScalars((1.0, 1.0), (0.0, 0.0), (0.0,) * 8, False, R, t)


def plain_fit(rig: Rig, c: int, joints: Array, sd_m: Array, seen: Array, sd: float) -> float:
    """What `fit` states, joint by joint, with `math.log`."""

    def error(j: int, k: int) -> float:
        if np.isnan(seen[0, k]):
            return 0.0
        x, y, z = rig.arrays.R[c] @ joints[:, j] + rig.arrays.t[c]
        variance = sd**2 + (sd_m[j] / z) ** 2
        squared = (seen[0, k] - x / z) ** 2 + (seen[1, k] - y / z) ** 2
        return min(squared / variance + 2.0 * math.log(variance / sd**2), STRAY)

    total, there, in_common = 0.0, 0, 0
    for left, right in zip(range(PAIRS), range(PAIRS, JOINTS), strict=True):
        seen_here = int(np.isfinite(seen[0, [left, right]]).sum())
        there += seen_here
        if np.isnan(joints[0, [left, right]]).any():
            total += UNKNOWN * seen_here
            continue
        in_common += seen_here
        right_way = error(left, left) + error(right, right)
        total += min(right_way, error(left, right) + error(right, left) + MIRRORED)
    return total / there if in_common >= 3 else math.inf


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    off_px=st.sampled_from([0.0, 3.0, 15.0, 200.0]),
    unseen=st.floats(0.0, 1.0),
    unknown=st.floats(0.0, 0.6),
    exchanged=st.booleans(),
)
def test_a_fit_is_the_mean_truncated_error(seed: int, off_px: float, unseen: float, unknown: float, exchanged: bool):
    rng = np.random.default_rng(seed)
    position, sd_m = somebody(rng), rng.uniform(0.0, 0.12, (1, JOINTS))
    xy, sd = views_of(RIG, position[0]), np.full((len(RIG), 1), 0.006)
    xy += rng.normal(0.0, off_px / 900.0, xy.shape)
    if exchanged:
        xy = np.roll(xy, PAIRS, axis=-1)
    xy[:, :, :, rng.random(JOINTS) < unseen] = np.nan
    position[:, :, rng.random(JOINTS) < unknown] = np.nan
    expected = room_to_expect(1, len(RIG))
    expect(RIG.arrays, position, 0, expected)
    for c in range(len(RIG)):
        found = fit(expected, 0, c, sd_m, xy, sd, 0)
        # Its logarithm, part of all errors, is good to 1 %, hence so is the mean.
        assert found == pytest.approx(plain_fit(RIG, c, position[0], sd_m[0], xy[c, 0], 0.006), rel=0.01)


def test_a_person_behind_the_camera_does_not_fit():
    rng = np.random.default_rng(1)
    centre = -RIG.arrays.R[0].T @ RIG.arrays.t[0]
    position = somebody(rng)
    position[0] = 2.0 * centre[:, None] - position[0]  # the same picture, mirrored through the lens
    xy, expected = views_of(RIG, position[0]), room_to_expect(1, len(RIG))
    expect(RIG.arrays, position, 0, expected)
    assert fit(expected, 0, 0, np.zeros((1, JOINTS)), xy, np.full((len(RIG), 1), 0.006), 0) == STRAY


@given(seed=st.integers(0, 2**31), unseen=st.floats(0.0, 1.0))
@settings(max_examples=100, deadline=None)
def test_rays_meet_where_those_of_one_joint_do(seed: int, unseen: float):
    rng = np.random.default_rng(seed)
    xy = views_of(RIG, somebody(rng)[0])[:, 0]
    xy += rng.normal(0.0, 0.005, xy.shape)
    xy[np.broadcast_to(rng.random((len(RIG), 1, JOINTS)) < unseen, xy.shape)] = np.nan
    rows = room_for_joints()
    rows[:] = 0.0
    for c in range(len(RIG)):
        for j in range(JOINTS):
            take_ray(xy[c, 0, j], xy[c, 1, j], j, rows)
        add_rays(scalars(RIG, c), rows)
    solve_joints(rows)
    met = rows[DX : DX + 3 * JOINTS].reshape(3, JOINTS)
    for j in range(JOINTS):
        alone = intersect_rays(RIG.arrays, np.ascontiguousarray(xy[:, :, j]), np.ones(len(RIG)))
        np.testing.assert_allclose(met[:, j], alone, atol=1e-9)
