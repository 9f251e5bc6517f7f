"""Robust triangulation against exact points, scipy's least squares and Monte Carlo."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import least_squares

from capture.keypoint_sets import keypoint_set
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.triangulation import DROP_COST, FrameTriangulator, triangulate_arrays, triangulate_trial

Array = NDArray[np.float64]
Ring = Callable[..., Rig]
See = Callable[[Rig, Array], Array]

SD_PX = 3.0


def variance_of(uv: Array) -> Array:
    return np.full(uv.shape[:2], SD_PX**2)


def least_squares_point(rig: Rig, uv: Array, views: list[int], start: Array) -> tuple[Array, float]:
    """Scipy's answer over the given views of one point (C, 2), and its chi2."""

    def residuals(x: Array) -> Array:
        return np.concatenate([(project(rig.arrays, c, x[None])[0] - uv[c]) / SD_PX for c in views])

    fit = least_squares(residuals, start, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return fit.x, float(2.0 * fit.cost)


@pytest.mark.parametrize("fisheye", [False, True])
@pytest.mark.parametrize("cameras", [2, 3, 5, 9])
def test_exact_pixels_give_exact_points(ring: Ring, see: See, points: Array, cameras: int, fisheye: bool):
    rig = ring(cameras, fisheye)
    result = triangulate_arrays(rig, see(rig, points), np.ones((cameras, len(points))))
    assert np.abs(result.xyz - points).max() < 1e-6
    assert (result.views == cameras).all()
    assert result.residual_px.max() < 0.02  # as of the last step but one


def test_small_noise_equals_scipy_least_squares(ring: Ring, see: See, points: Array):
    rig = ring(4)
    uv = see(rig, points) + np.random.default_rng(1).uniform(-SD_PX, SD_PX, (4, len(points), 2))
    result = triangulate_arrays(rig, uv, variance_of(uv))
    for i in range(40):
        expected, _ = least_squares_point(rig, uv[:, i], [0, 1, 2, 3], points[i])
        assert np.abs(result.xyz[i] - expected).max() < 3e-6


def test_large_noise_equals_the_least_robust_error_of_scipy(ring: Ring, see: See, points: Array):
    rig = ring(4)
    uv = see(rig, points) + np.random.default_rng(12).normal(0.0, 1.6 * SD_PX, (4, len(points), 2))
    result = triangulate_arrays(rig, uv, variance_of(uv))

    def residuals(x: Array, i: int) -> Array:
        off = np.array([project(rig.arrays, c, x[None])[0] for c in range(4)]) - uv[:, i]
        sds = np.linalg.norm(off, axis=1, keepdims=True) / SD_PX
        huber = np.where(sds > 3.0, np.sqrt(np.maximum(6.0 * sds - 9.0, 0.0)), sds)
        return (off / SD_PX * huber / sds).ravel()

    agreeing = np.flatnonzero(result.views == 4)
    strays = np.array([(np.nanmax(result.camera_residual_px[:, i]) > 3.0 * SD_PX) for i in agreeing])
    assert len(agreeing) > 50
    assert strays.sum() > 5
    for i in agreeing:
        fit = least_squares(residuals, points[i], args=(i,), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        assert np.abs(result.xyz[i] - fit.x).max() < 1e-5


def test_covariance_equals_monte_carlo(ring: Ring, see: See):
    rig = ring(3)
    point = np.array([[0.2, -0.3, 0.9]])
    uv = see(rig, np.repeat(point, 20000, axis=0))
    uv += np.random.default_rng(2).normal(0.0, SD_PX, uv.shape)
    result = triangulate_arrays(rig, uv, variance_of(uv))
    agreeing = result.views == 3
    spread = np.cov(result.xyz[agreeing].T)
    stated = np.median(result.covariance[agreeing], axis=0)
    assert agreeing.mean() > 0.99
    assert np.allclose(spread, stated, rtol=0.06, atol=0.03 * np.trace(spread) / 3.0)


def test_stray_views_are_left_out(ring: Ring, see: See, points: Array):
    rig = ring(4)
    rng = np.random.default_rng(3)
    uv = see(rig, points) + rng.normal(0.0, 1.0, (4, len(points), 2))
    wrong = rng.integers(0, 4, len(points))
    clean = uv.copy()
    clean[wrong, np.arange(len(points))] = np.nan
    uv[wrong, np.arange(len(points))] += 60.0 * SD_PX * np.array([0.6, 0.8])
    result = triangulate_arrays(rig, uv, variance_of(uv))
    expected = triangulate_arrays(rig, clean, variance_of(uv))
    assert np.isnan(result.camera_residual_px[wrong, np.arange(len(points))]).all()
    assert np.abs(result.xyz - expected.xyz).max() < 1e-5


def test_chosen_views_are_the_cheapest_of_all_subsets(ring: Ring, see: See, points: Array):
    rig = ring(5)
    rng = np.random.default_rng(4)
    uv = see(rig, points[:25]) + rng.normal(0.0, SD_PX, (5, 25, 2))
    uv[rng.random((5, 25)) < 0.25] += 20.0 * SD_PX
    result = triangulate_arrays(rig, uv, variance_of(uv))
    for i in range(25):
        costs = {
            views: least_squares_point(rig, uv[:, i], list(views), points[i])[1] + DROP_COST * (5 - len(views))
            for size in (2, 3, 4, 5)
            for views in combinations(range(5), size)
        }
        used = tuple(np.flatnonzero(np.isfinite(result.camera_residual_px[:, i])).tolist())
        best = min(costs.values())
        # chi2 in the choice is exact but for the depth it is scaled with
        assert used == () or costs[used] < 1.1 * best + 1.0


def test_many_cameras_survive_a_third_of_them_wrong(ring: Ring, see: See, points: Array):
    rig = ring(9)
    rng = np.random.default_rng(6)
    uv = see(rig, points) + rng.normal(0.0, 1.0, (9, len(points), 2))
    for i in range(len(points)):
        uv[rng.permutation(9)[:3], i] += rng.normal(0.0, 80.0, (3, 2))
    result = triangulate_arrays(rig, uv, np.ones((9, len(points))))
    assert np.percentile(np.linalg.norm(result.xyz - points, axis=1), 99) < 0.02


def test_two_views_that_disagree_give_no_point(ring: Ring, see: See, points: Array):
    rig = ring(4).select(["cam00", "cam01"])
    uv = see(rig, points)
    uv[0, :, 1] += 60.0 * SD_PX
    result = triangulate_arrays(rig, uv, variance_of(uv))
    assert np.isnan(result.xyz).all()
    assert (result.views == 0).all()
    assert np.isnan(result.covariance).all()


def test_one_view_gives_no_point(ring: Ring, see: See, points: Array):
    rig = ring(4)
    uv = see(rig, points)
    uv[1:] = np.nan
    result = triangulate_arrays(rig, uv, variance_of(uv))
    assert np.isnan(result.xyz).all()
    assert np.isnan(result.residual_px).all()


def test_views_from_one_place_give_no_point(ring: Ring, see: See, points: Array):
    one = ring(4).cameras[0]
    rig = Rig((one, type(one)("twin", one.size, one.matrix, one.distortion, one.T_camera_world)))
    result = triangulate_arrays(rig, see(rig, points), np.ones((2, len(points))))
    assert np.isnan(result.xyz).all()


def test_rays_that_meet_behind_the_cameras_give_no_point(ring: Ring):
    rig = ring(4).select(["cam00", "cam01"])
    away = rig.cameras[0].centre_world + rig.cameras[1].centre_world
    behind = np.array([[1.5 * away[0], 1.5 * away[1], 1.4]])
    rows = [camera.T_camera_world[:3, :3] @ behind[0] + camera.T_camera_world[:3, 3] for camera in rig.cameras]
    assert all(row[2] < 0.0 for row in rows)
    xy = np.array([row[:2] / row[2] for row in rows])
    straight = Rig(tuple(replace(camera, distortion=np.zeros(5)) for camera in rig.cameras))
    uv = (straight.arrays.focal * xy + straight.arrays.centre)[:, None]
    result = triangulate_arrays(straight, uv, np.ones((2, 1)))
    assert np.isnan(result.xyz).all()
    assert result.views[0] == 0


def test_a_point_does_not_depend_on_its_neighbours(ring: Ring, see: See, points: Array):
    rig = ring(4)
    uv = see(rig, points) + np.random.default_rng(7).normal(0.0, SD_PX, (4, len(points), 2))
    together = triangulate_arrays(rig, uv, variance_of(uv))
    for i in (0, 31, 32, 199):
        alone = triangulate_arrays(rig, uv[:, i : i + 1], np.full((4, 1), SD_PX**2))
        assert np.array_equal(alone.xyz[0], together.xyz[i])
        assert np.array_equal(alone.covariance[0], together.covariance[i])


def test_doubled_noise_doubles_the_standard_errors(ring: Ring, see: See, points: Array):
    rig = ring(4)
    uv = see(rig, points)
    once, twice = (triangulate_arrays(rig, uv, variance_of(uv) * factor**2) for factor in (1.0, 2.0))
    assert np.allclose(twice.covariance, 4.0 * once.covariance, rtol=1e-4)


def test_live_frames_equal_the_trial_and_reuse_their_memory(ring: Ring, see: See):
    rig, names, noise = ring(4), keypoint_set("halpe_26"), PixelNoise()
    body = np.random.default_rng(8).uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.8], (20, 26, 3))
    uv = see(rig, body.reshape(-1, 3)).reshape(4, 20, 26, 2)
    uv += np.random.default_rng(9).normal(0.0, 3.0, uv.shape)
    confidence = np.full(uv.shape[:3], 0.9)
    ones = np.ones((4, 20))
    variance = noise.variance_px2(confidence, ones, ones)
    trial = triangulate_arrays(rig, uv.reshape(4, -1, 2), variance.reshape(4, -1))
    live = FrameTriangulator(rig, names)
    for f in range(20):
        packet = live.triangulate(f, uv[:, f], variance[:, f])
        assert np.array_equal(packet.xyz, trial.xyz.reshape(20, 26, 3)[f])
        assert np.array_equal(packet.covariance, trial.covariance.reshape(20, 26, 3, 3)[f])
        assert np.shares_memory(packet.xyz, live.triangulate(f, uv[:, f], variance[:, f]).xyz)


def test_trial_covers_the_truth_with_bias_in_every_view(ring: Ring, see: See):
    rig, noise, rng = ring(4), PixelNoise(), np.random.default_rng(10)
    body = rng.uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.8], (26, 3))
    exact = np.repeat(see(rig, body)[:, None], 200, axis=1)
    scale = box_scale(exact, np.ones(exact.shape[:3]))[..., None, None]
    inside: list[float] = []
    for _ in range(6):
        bias = rng.normal(0.0, noise.bias_px, (4, 1, 26, 2))
        uv = exact + scale * (bias + rng.normal(0.0, np.hypot(noise.white_px, noise.drift_px), exact.shape))
        trial = triangulate_trial(rig, keypoint_set("halpe_26"), np.arange(200) / 60, uv, np.ones(uv.shape[:3]), noise)
        off = trial.xyz - body
        mahalanobis = np.einsum("fki,fkij,fkj->fk", off, np.linalg.inv(trial.covariance), off)
        inside.append(float((mahalanobis < 7.815).mean()))
    assert 0.90 < np.mean(inside) < 0.99
