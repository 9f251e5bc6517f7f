import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.clock import ClockEstimate, ClockEstimator, Exchange
from capture.steady_clock import SteadyClock

START_NS = 10**12
OFFSET_NS, DRIFT = 50_000_000, 100e-6


def hub_time(node_ns: float) -> float:
    """The hub's clock, 50 ms ahead at the start and 100 ppm fast."""
    return node_ns + OFFSET_NS + DRIFT * (node_ns - START_NS)


class Network:
    """Exchanges over a way of `base_ns` there and back, each way late by up to `there_ns` or `back_ns`."""

    def __init__(self, seed: int, base_ns: float, there_ns: float, back_ns: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._base_ns, self._there_ns, self._back_ns = base_ns, there_ns, back_ns
        self.now_ns = float(START_NS)

    def exchange(self, wait_s: float) -> Exchange:
        sent = self.now_ns + wait_s * 1e9
        received = sent + self._base_ns / 2 + self._rng.uniform(0, self._there_ns)
        back = received + 20_000
        self.now_ns = back + self._base_ns / 2 + self._rng.uniform(0, self._back_ns)
        return Exchange(int(sent), int(hub_time(received)), int(hub_time(back)), int(self.now_ns))


def errors_ms(network: Network, exchanges: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors of translated times and their stated sds (ms): a burst of 16 exchanges, then 10 a second."""
    estimator, steady = ClockEstimator(), None
    errors, sds = [], []
    for i in range(exchanges):
        estimator.add(network.exchange(0.01 if i < 16 else 0.1))
        if not estimator.ready:
            continue
        now = int(network.now_ns)
        if steady is None:
            steady = SteadyClock(now, estimator.at(now))
        steady.steer(now, estimator.at(now))
        hub_ns, sd_ns = steady.translate(now - 5_000_000)
        errors.append((hub_ns - hub_time(now - 5_000_000)) / 1e6)
        sds.append(sd_ns / 1e6)
    return np.array(errors), np.array(sds)


@pytest.mark.parametrize(
    ("base_ns", "there_ns", "back_ns", "limit_ms"),
    [(120e3, 30e3, 30e3, 0.2), (400e3, 200e3, 200e3, 0.2), (500e3, 5e6, 5e6, 1.0), (500e3, 5e6, 0, 1.0)],
    ids=["loopback", "lan", "jitter of 5 ms", "jitter of 5 ms one way"],
)
def test_errors_stay_small_and_stated(base_ns: float, there_ns: float, back_ns: float, limit_ms: float) -> None:
    for seed in range(10):
        errors, sds = errors_ms(Network(seed, base_ns, there_ns, back_ns), 200)
        assert np.abs(errors[-100:]).max() < limit_ms
        assert (np.abs(errors) < 3 * sds).all()
        assert sds[-1] < 2 * limit_ms


def test_a_long_silence_makes_times_less_certain() -> None:
    network = Network(0, 200e3, 50e3, 50e3)
    estimator = ClockEstimator()
    for _ in range(30):
        estimator.add(network.exchange(0.2))
    now = int(network.now_ns)
    soon, late = estimator.at(now + 10**9), estimator.at(now + 100 * 10**9)
    assert late.sd_ns > 3 * soon.sd_ns
    assert abs(late.offset_ns - (hub_time(now + 100 * 10**9) - now - 100 * 10**9)) < 3 * late.sd_ns


def test_a_clock_that_was_set_is_followed_within_a_second() -> None:
    network = Network(1, 200e3, 100e3, 100e3)
    estimator = ClockEstimator()
    for _ in range(40):
        estimator.add(network.exchange(0.2))
    jump = 3_000_000_000
    for _ in range(5):
        e = network.exchange(0.2)
        estimator.add(
            Exchange(e.request_sent_ns, e.request_received_ns + jump, e.reply_sent_ns + jump, e.reply_received_ns)
        )
    now = int(network.now_ns)
    assert abs(estimator.at(now).offset_ns + now - hub_time(now) - jump) < 1e6


def test_exchanges_out_of_order_change_nothing() -> None:
    network = Network(2, 200e3, 100e3, 100e3)
    estimator = ClockEstimator()
    early = network.exchange(0.2)
    for _ in range(20):
        estimator.add(network.exchange(0.2))
    before = estimator.at(int(network.now_ns))
    estimator.add(early)
    assert estimator.at(int(network.now_ns)) == before


estimates = st.builds(
    ClockEstimate,
    offset_ns=st.integers(-(10**10), 10**10),
    drift=st.floats(-1e-3, 1e-3),
    sd_ns=st.integers(0, 10**7),
    round_trip_ns=st.integers(0, 10**7),
)


@settings(max_examples=100)
@given(estimates, st.lists(st.tuples(st.integers(0, 3 * 10**9), estimates), max_size=12), st.data())
def test_hub_time_never_runs_backwards(
    first: ClockEstimate, updates: list[tuple[int, ClockEstimate]], data: st.DataObject
) -> None:
    now, last = START_NS, -(10**18)
    steady = SteadyClock(now, first)
    for wait_ns, estimate in updates:
        for asked in sorted(data.draw(st.lists(st.integers(now, now + wait_ns), max_size=4))):
            hub_ns, sd_ns = steady.translate(asked)
            assert hub_ns >= last
            assert sd_ns >= 0
            last = hub_ns
        now += wait_ns
        steady.steer(now, estimate)
        assert steady.translate(now)[0] >= last


@given(estimates, st.integers(-40_000_000, 40_000_000))
def test_small_corrections_are_worked_off_without_a_step(first: ClockEstimate, error_ns: int) -> None:
    steady = SteadyClock(START_NS, first)
    later = START_NS + 10**9
    before = steady.translate(later)[0]
    target = ClockEstimate(before + error_ns - later, first.drift, 1000, 1000)
    steady.steer(later, target)
    at_once, sd_ns = steady.translate(later)
    assert at_once == before
    assert sd_ns >= abs(error_ns)
    end = later + 10 * 10**9
    hub_ns, sd_ns = steady.translate(end)
    assert abs(hub_ns - (end + target.offset_ns + target.drift * (end - later))) < 10
    assert sd_ns < 1100


def test_times_before_a_correction_keep_their_translation() -> None:
    steady = SteadyClock(START_NS, ClockEstimate(0, 0.0, 0, 0))
    asked = START_NS + 10**9
    before = steady.translate(asked)[0]
    steady.steer(START_NS + 2 * 10**9, ClockEstimate(30_000_000, 0.0, 0, 0))
    assert steady.translate(asked)[0] == before


def test_a_hub_far_ahead_is_jumped_to_and_one_far_behind_is_waited_for() -> None:
    second = 10**9
    steady = SteadyClock(START_NS, ClockEstimate(0, 0.0, 0, 0))
    steady.steer(START_NS + second, ClockEstimate(5 * second, 0.0, 0, 0))
    assert steady.translate(START_NS + second)[0] == START_NS + 6 * second
    steady.steer(START_NS + 2 * second, ClockEstimate(0, 0.0, 0, 0))
    hub_ns, sd_ns = steady.translate(START_NS + 3 * second)
    assert hub_ns == START_NS + int(7.5 * second)
    assert sd_ns >= 4 * second
    assert steady.translate(START_NS + 20 * second)[0] == START_NS + 20 * second
