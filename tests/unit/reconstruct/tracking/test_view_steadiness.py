"""Views that see a joint worse than others are found out, and weigh less."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.camera_model import project_point_jacobian
from geometry.rig import Rig
from reconstruct.kernels.leverage import fill_leverage
from reconstruct.tracking.view_steadiness import Wobble, view_factors, view_wobble
from reconstruct.triangulation import triangulate_arrays
from tests.unit.reconstruct.tracking.squatting import FPS, Seen

Array = NDArray[np.float64]
Squatting = Callable[..., Seen]

SD_PX = 4.0
WORSE = 3.0
CAMERA, WHITE = 1, 2.0


def jittering(seen: Seen, seed: int, worse: int | None) -> tuple[Array, Array]:
    """White noise of `SD_PX` everywhere, `WORSE` times as much for one joint of `CAMERA`; and its supposed variance."""
    sd = np.full(seen.confidence.shape, SD_PX)
    if worse is not None:
        sd[CAMERA, :, worse] *= WORSE
    uv = seen.exact + sd[..., None] * np.random.default_rng(seed).normal(size=seen.exact.shape)
    return uv, np.full(seen.confidence.shape, SD_PX**2)


def errors_m(seen: Seen, uv: Array, variance: Array, joint: int) -> Array:
    points = triangulate_arrays(seen.rig, uv[:, :, joint], variance[:, :, joint])
    return np.asarray(np.linalg.norm(points.xyz - seen.xyz[:, joint], axis=1))


@pytest.mark.parametrize("cameras", [3, 4, 8])
def test_a_view_that_jitters_weighs_less_and_the_joint_is_found_better(squatting: Squatting, cameras: int):
    seen = squatting(cameras=cameras)
    knee = seen.keypoints.index("LKnee")
    before: list[Array] = []
    after: list[Array] = []
    for seed in range(4):
        uv, variance = jittering(seen, seed, knee)
        factors = view_factors(seen.rig, uv, variance, WHITE, view_wobble(uv, variance, 1.0 / FPS))
        others = np.delete(factors[:, knee], CAMERA)
        assert factors[CAMERA, knee] > 3.0 * others.max()
        assert (1.0 / factors).mean(axis=0) == pytest.approx(1.0)
        before.append(errors_m(seen, uv, variance, knee))
        after.append(errors_m(seen, uv, variance * factors[:, None], knee))
    assert np.median(after) < 0.97 * np.median(before)


def test_views_that_are_alike_stay_alike(squatting: Squatting):
    seen = squatting()
    uv, variance = jittering(seen, 0, None)
    factors = view_factors(seen.rig, uv, variance, WHITE, view_wobble(uv, variance, 1.0 / FPS))
    redundancy = 2.0 * seen.confidence.shape[1] * (1.0 - 1.5 / len(seen.rig))
    assert float(np.std(factors)) < 1.2 * np.sqrt(2.0 / redundancy)
    assert factors == pytest.approx(1.0, abs=5.0 * np.sqrt(2.0 / redundancy))


def test_the_level_of_the_noise_and_what_is_not_seen_do_not_matter(squatting: Squatting):
    seen = squatting()
    uv, variance = jittering(seen, 1, seen.keypoints.index("RHeel"))
    wrist = seen.keypoints.index("RWrist")
    variance[:, :, wrist] = np.nan
    factors = view_factors(seen.rig, uv, variance, WHITE, view_wobble(uv, variance, 1.0 / FPS))
    assert factors[:, wrist] == pytest.approx(1.0)
    louder = view_factors(seen.rig, uv, 4.0 * variance, WHITE, view_wobble(uv, 4.0 * variance, 1.0 / FPS))
    assert louder == pytest.approx(factors, rel=0.15)  # Huber's loss bites less


def test_a_rig_of_two_views_is_left_as_it_is(squatting: Squatting):
    seen = squatting(cameras=2)
    uv, variance = jittering(seen, 0, 3)
    wobble = view_wobble(uv, variance, 1.0 / FPS)
    assert view_factors(seen.rig, uv, variance, WHITE, wobble) == pytest.approx(1.0)


def test_pixels_without_any_error_are_no_reason_for_anything(squatting: Squatting):
    seen = squatting(frames=20)
    still = np.repeat(seen.exact[:, :1], 20, axis=1)
    variance = np.full(seen.confidence.shape, SD_PX**2)
    factors = view_factors(seen.rig, still, variance, WHITE, view_wobble(still, variance, 1.0 / FPS))
    assert (factors > 0.0).all()
    points = triangulate_arrays(seen.rig, still[:, 0], variance[:, 0] * factors)
    assert np.abs(points.xyz - seen.xyz[0]).max() < 1e-6


def test_wobble_counts_beside_what_views_disagree_about(squatting: Squatting):
    seen = squatting(cameras=4)
    knee = seen.keypoints.index("LKnee")
    uv, variance = jittering(seen, 0, knee)
    wobble = view_wobble(uv, variance, 1.0 / FPS)
    none = Wobble(np.ones_like(wobble.square), np.zeros_like(wobble.dof))
    without, with_it = (view_factors(seen.rig, uv, variance, 0.1 * WHITE, each) for each in (none, wobble))
    assert with_it[CAMERA, knee] > 1.3 * without[CAMERA, knee] > 1.3


def test_wobble_of_white_noise_is_as_its_variance(squatting: Squatting):
    seen = squatting()
    elbow = seen.keypoints.index("RElbow")
    uv, variance = jittering(seen, 5, elbow)
    wobble = view_wobble(uv, variance, 1.0 / FPS)
    assert wobble.square.mean(axis=0) == pytest.approx(1.0)
    ratio = wobble.square[CAMERA, elbow] / np.delete(wobble.square[:, elbow], CAMERA).mean()
    assert ratio == pytest.approx(WORSE**2, rel=0.35)


@pytest.mark.parametrize("frames", [1, 2, 6, 7])
def test_a_few_frames_or_gaps_tell_no_wobble(frames: int):
    rng = np.random.default_rng(0)
    uv, variance = rng.normal(size=(3, frames, 2, 2)), np.ones((3, frames, 2))
    uv[0, :, 1] = np.nan
    wobble = view_wobble(uv, variance, 1.0 / FPS)
    assert np.isfinite(wobble.square).all()
    assert wobble.square[0, 1] == 1.0
    assert wobble.dof[0, 1] == 0.0
    assert (wobble.dof[1:] == (1.0 if frames == 7 else 0.0)).all()


def test_leverage_is_the_diagonal_of_the_hat_matrix(ring: Callable[..., Rig], points: Array):
    rig = ring(5)
    rng = np.random.default_rng(3)
    precision = rng.uniform(0.1, 2.0, (5, len(points)))
    precision[rng.random(precision.shape) < 0.2] = 0.0
    jacobian = np.empty((5, len(points), 2, 3))
    for c, i in np.ndindex(5, len(points)):
        project_point_jacobian(rig.arrays, c, *points[i], jacobian[c, i])
    information = np.einsum("cn,cnai,cnaj->nij", precision, jacobian, jacobian)
    seen = (precision > 0.0).sum(axis=0) >= 2
    covariance = np.full((len(points), 3, 3), np.nan)
    covariance[seen] = 1.7 * np.linalg.inv(information[seen])
    leverage = np.empty_like(precision)
    fill_leverage(rig.arrays, points, covariance, precision, leverage)
    hat = np.einsum("cn,cnai,nij,cnaj->cn", precision, jacobian, covariance / 1.7, jacobian) / 2.0
    assert leverage[:, seen] == pytest.approx(hat[:, seen])
    assert leverage[:, seen].sum(axis=0) == pytest.approx(1.5)
