"""Views that see a joint worse than others are found out, and weigh less."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.camera_model import project_point_jacobian
from geometry.rig import Rig
from reconstruct.kernels.leverage import fill_leverage
from reconstruct.tracking.view_steadiness import view_factors
from reconstruct.triangulation import triangulate_arrays
from tests.unit.reconstruct.tracking.squatting import Seen

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
        factors = view_factors(seen.rig, uv, variance, WHITE)
        others = np.delete(factors[:, knee], CAMERA)
        assert factors[CAMERA, knee] > 3.0 * others.max()
        assert (1.0 / factors).mean(axis=0) == pytest.approx(1.0)
        before.append(errors_m(seen, uv, variance, knee))
        after.append(errors_m(seen, uv, variance * factors[:, None], knee))
    assert np.median(after) < 0.97 * np.median(before)


def test_views_that_are_alike_stay_alike(squatting: Squatting):
    seen = squatting()
    factors = view_factors(seen.rig, *jittering(seen, 0, None), WHITE)
    redundancy = 2.0 * seen.confidence.shape[1] * (1.0 - 1.5 / len(seen.rig))
    assert float(np.std(factors)) < 1.2 * np.sqrt(2.0 / redundancy)
    assert factors == pytest.approx(1.0, abs=5.0 * np.sqrt(2.0 / redundancy))


def test_the_level_of_the_noise_and_what_is_not_seen_do_not_matter(squatting: Squatting):
    seen = squatting()
    uv, variance = jittering(seen, 1, seen.keypoints.index("RHeel"))
    wrist = seen.keypoints.index("RWrist")
    variance[:, :, wrist] = np.nan
    factors = view_factors(seen.rig, uv, variance, WHITE)
    assert factors[:, wrist] == pytest.approx(1.0)
    assert view_factors(seen.rig, uv, 4.0 * variance, WHITE) == pytest.approx(
        factors, rel=0.15
    )  # Huber's loss bites less


def test_two_views_cannot_be_told_apart(squatting: Squatting):
    seen = squatting(cameras=2)
    assert view_factors(seen.rig, *jittering(seen, 0, 3), WHITE) == pytest.approx(1.0)


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
