"""Views carried to one instant as they arrive: where a joint was, and how sure that is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from reconstruct.tracking.live_common_time import InstantCarrier

Array = NDArray[np.float64]

PSD = 300.0
INTERVAL_S = 1 / 60
PX_PER_METRE = 200.0
MANY = 20_000


def views(time_s: float, lag_s: Array, start: Array, speed: Array) -> tuple[Array, Array, Array]:
    """When C cameras expose, and what they see of K joints that move evenly, (C, K, 2) px with a variance of 4 px^2."""
    exposed_s = time_s + lag_s
    uv = start[None] + exposed_s[:, None, None] * speed[None]
    return exposed_s, uv, np.full(uv.shape[:2], 4.0)


def test_even_motion_is_carried_exactly_and_views_of_the_instant_stay_as_they_are() -> None:
    rng = np.random.default_rng(1)
    start, speed = rng.uniform(0, 1000, (5, 2)), rng.normal(0, 800, (5, 2))
    lag_s = np.array([0.0, 0.006, -0.005])
    carrier = InstantCarrier(3, np.full(5, PSD), 0.1)
    scale = np.full(3, PX_PER_METRE)
    for i in range(2):
        carrier.carry(i * INTERVAL_S, *views(i * INTERVAL_S, lag_s, start, speed), scale)
    time_s = 2 * INTERVAL_S
    exposed_s, uv, variance = views(time_s, lag_s, start, speed)
    moved, grown = carrier.carry(time_s, exposed_s, uv, variance, scale)
    np.testing.assert_array_equal(moved[0], uv[0])
    np.testing.assert_array_equal(grown[0], variance[0])
    np.testing.assert_allclose(moved, np.tile(start + time_s * speed, (3, 1, 1)), atol=1e-9)
    assert (grown[1:] > 4.0).all()


def paths(times_s: list[float], rng: np.random.Generator) -> Array:
    """(T, MANY, 2) px of joints at rising times, with white acceleration along each axis."""
    position, velocity = np.zeros((MANY, 2)), rng.normal(0, 300, (MANY, 2))
    seen: list[Array] = []
    for step in np.diff(times_s, prepend=times_s[0]):
        cov = PSD * PX_PER_METRE**2 * np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]])
        push = rng.multivariate_normal(np.zeros(2), cov, (MANY, 2))
        position = position + step * velocity + push[..., 0]
        velocity = velocity + push[..., 1]
        seen.append(position)
    return np.array(seen)


@pytest.mark.parametrize("lag_s", [0.006, 0.011, -0.004, -0.008])
def test_the_variance_grows_by_what_white_acceleration_does(lag_s: float) -> None:
    instant_s = 2 * INTERVAL_S
    before_s, now_s = instant_s + lag_s - INTERVAL_S, instant_s + lag_s
    order = sorted([before_s, now_s, instant_s])
    where = dict(zip(order, paths(order, np.random.default_rng(7)), strict=True))
    carrier = InstantCarrier(1, np.full(MANY, PSD), 0.0)
    exact, scale = np.full((1, MANY), 1e-12), np.array([PX_PER_METRE])
    carrier.carry(before_s, np.array([before_s]), where[before_s][None], exact, scale)
    moved, grown = carrier.carry(instant_s, np.array([now_s]), where[now_s][None], exact, scale)
    assert grown[0, 0] == pytest.approx(float(np.var(moved[0] - where[instant_s])), rel=0.03)


def test_carrying_on_makes_fresh_noise_larger() -> None:
    rng = np.random.default_rng(3)
    carrier = InstantCarrier(1, np.zeros(MANY), 1.0)
    variance, scale = np.full((1, MANY), 9.0), np.array([PX_PER_METRE])
    before, now = rng.normal(0, 3.0, (2, 1, MANY, 2))
    carrier.carry(0.0, np.array([0.0]), before, variance, scale)
    moved, grown = carrier.carry(0.016, np.array([0.01]), now, variance, scale)
    assert grown[0, 0] == pytest.approx(float(np.var(moved)), rel=0.03)


def test_a_joint_not_seen_just_before_may_have_any_speed() -> None:
    carrier = InstantCarrier(1, np.full(3, PSD), 0.1)
    scale = np.array([PX_PER_METRE])
    seen, gone = np.array([[4.0, 4.0, np.nan]]), np.array([[np.nan, 4.0, 4.0]])
    here = np.full((1, 3, 2), 100.0)
    carrier.carry(0.0, np.array([0.0]), here, seen, scale)
    moved, grown = carrier.carry(0.01, np.array([0.016]), here + 8.0, gone, scale)
    assert np.isnan(grown[0, 0])
    np.testing.assert_allclose(moved[0, 1], 105.0)
    np.testing.assert_allclose(moved[0, 2], 108.0)
    assert grown[0, 2] == pytest.approx(4.0 + (2.0 * 0.006 * PX_PER_METRE) ** 2)
    moved, grown = carrier.carry(0.5, np.array([0.506]), here, np.full((1, 3), 4.0), scale)
    np.testing.assert_allclose(moved, here)
    assert (grown > 4.0).all()
