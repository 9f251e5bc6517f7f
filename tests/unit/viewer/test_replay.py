"""A trial plays at the speed of its own times; pause, seek and start do what their keys say."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, LiveFrame, PointTrial
from viewer.errors import ViewerError
from viewer.replay import SEEK_S, Replay

TIMES_S = np.array([10.0, 10.5, 11.0, 12.0, 13.0, 13.5])


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


def _trial(standing: LiveFrame, times_s: np.ndarray = TIMES_S) -> tuple[PointTrial, AngleTrial]:
    frames, halpe = len(times_s), keypoint_set("halpe_26")
    lift = np.arange(frames)[:, None, None] * [0.0, 0.0, 0.01]
    points = PointTrial(
        time_s=times_s,
        keypoint_set=halpe,
        xyz=standing.points.xyz + lift,
        covariance=np.tile(standing.points.covariance, (frames, 1, 1, 1)),
        views=np.tile(standing.points.views, (frames, 1)),
        residual_px=np.tile(standing.points.residual_px, (frames, 1)),
        camera_residual_px=np.zeros((0, frames, len(halpe))),
        bridged=np.zeros((frames, len(halpe)), np.bool_),
    )
    values = np.arange(frames)[:, None] + np.zeros(len(ANGLE_NAMES))
    return points, AngleTrial(times_s, values, values * 0.1, np.full(values.shape, 2, np.int8))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replay(standing: LiveFrame, clock: Clock) -> Replay:
    points, angles = _trial(standing)
    return Replay(points, angles, clock)


def test_frames_come_at_their_own_times_and_start_over(replay: Replay, clock: Clock) -> None:
    shown: list[int] = []
    for _ in range(18):
        shown.append(replay.newest().sequence)
        clock.now_s += 0.25
    assert shown == [0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 0, 0]


def test_a_frame_carries_its_points_and_angles(replay: Replay, clock: Clock, standing: LiveFrame) -> None:
    clock.now_s += 2.1
    frame = replay.newest()
    np.testing.assert_allclose(frame.points.xyz, standing.points.xyz + np.array([0.0, 0.0, 0.03]))
    np.testing.assert_array_equal(frame.angles.values, np.full(len(ANGLE_NAMES), 3.0))
    assert frame.points.time_ns == frame.angles.time_ns == 12_000_000_000
    assert frame.views == 4
    assert np.isnan(frame.latency_ms)
    assert replay.status() == ("2.10 of 3.50 s", "frame 4 of 6")


def test_pause_holds_the_frame_and_goes_on_from_it(replay: Replay, clock: Clock) -> None:
    clock.now_s += 0.6
    replay.press("space")
    clock.now_s += 60.0
    assert replay.newest().sequence == 1
    assert replay.status()[0] == "0.60 of 3.50 s   paused"
    replay.press("space")
    clock.now_s += 0.5
    assert replay.newest().sequence == 2


@pytest.mark.parametrize("paused", [False, True])
def test_arrows_seek_and_stop_at_the_ends(replay: Replay, paused: bool) -> None:
    if paused:
        replay.press("space")
    shown: list[int] = []
    for key in ("left", "right", "right", "right", "right", "right", "left", "home"):
        replay.press(key)
        shown.append(replay.newest().sequence)
    assert SEEK_S == 1.0
    assert shown == [0, 2, 3, 4, 5, 5, 3, 0]


def test_other_keys_change_nothing(replay: Replay, clock: Clock) -> None:
    clock.now_s += 1.0
    for key in "1fceh":
        replay.press(key)
    assert replay.newest().sequence == 2
    assert replay.alert() is None


def test_one_frame_is_enough(standing: LiveFrame, clock: Clock) -> None:
    replay = Replay(*_trial(standing, TIMES_S[:1]), clock)
    clock.now_s += 77.7
    assert replay.newest().sequence == 0


def test_trials_that_cannot_be_shown_are_refused(standing: LiveFrame, clock: Clock) -> None:
    points, angles = _trial(standing)
    with pytest.raises(ViewerError, match="6 frames of points and 5 of angles"):
        Replay(points, replace(angles, time_s=TIMES_S[:5]), clock)
    with pytest.raises(ViewerError, match="no frames"):
        Replay(*_trial(standing, TIMES_S[:0]), clock)
