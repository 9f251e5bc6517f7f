"""How long the estimator takes: frames, live packets, trials, a session, and the split of the knee's displacement."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from analysis.kernels.knee_drivers import drivers_of_poses
from benchmarks.real_clip import clip_angles, clip_points
from geometry.rig import Rig
from reconstruct.estimator import smoothing_problem, trial_smoother
from reconstruct.estimator.fixed_lag import FixedLag
from reconstruct.estimator.frame_ik import FrameSolver, Pose
from reconstruct.estimator.live_filter import LiveFilter
from reconstruct.estimator.priors import KneeCoupling, motion_prior
from reconstruct.estimator.session import SeenTrial, smooth_session
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS
from reconstruct.recording import Purpose
from tests.rigs import ring
from tests.support.drawn_trials import CAMERAS, FPS, NOISE_PX, PRIOR, draw_trial, look_at, means_of

Array = NDArray[np.float64]

POINT_SD_M = 0.006
FRAMES = 120
OPENSIM_S = 1.38
"""Pose2Sim 0.10.49, OpenSim 4.6 and its simple model on the clip's 100 frames; `peers/kinematics.py` measures anew."""


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


def test_pose_of_one_frame(benchmark: BenchmarkFixture, rig: Rig) -> None:
    """MAP inverse kinematics of 27 degrees of freedom from points, each time from the frame before; target 1 ms."""
    _, x, _, belief = draw_trial(rig, 0, frames=60)
    rng = np.random.default_rng(0)
    points = np.stack([body_points(q, belief.geometry, PRIOR.coupling.array) for q in x[:, :N_DOF]])
    points += rng.normal(0, POINT_SD_M, points.shape)
    covariance = np.tile(POINT_SD_M**2 * np.eye(3), (N_POINTS, 1, 1))
    solver = FrameSolver(belief.geometry, PRIOR)
    frames = np.resize(np.arange(len(points)), 1 << 20)

    def following() -> Iterator[Array]:
        yield from (points[frame] for frame in frames)

    stream = following()
    pose = benchmark(lambda: solver.solve(next(stream), covariance))
    assert np.isfinite(pose.q).all()


def median_s(benchmark: BenchmarkFixture) -> float:
    """Seconds; NaN where benchmarks are disabled and run but once."""
    return cast(Any, benchmark).stats.stats.median if benchmark.enabled else math.nan


def test_angles_of_the_real_clip(benchmark: BenchmarkFixture, shared_data: Path) -> None:
    """100 frames from points to angles with errors; target 27 ms, a fiftieth of what OpenSim takes."""
    time_s, points, covariance = clip_points(shared_data)
    angles = benchmark(lambda: clip_angles(time_s, points, covariance, motion_prior()))
    assert np.isfinite(angles.values).all()
    benchmark.extra_info["times_as_fast_as_opensim"] = OPENSIM_S / median_s(benchmark)


@pytest.mark.parametrize("cameras", [2, 4, 8, 16])
def test_live_packet(benchmark: BenchmarkFixture, cameras: int) -> None:
    """One camera's keypoints taken in, biases of all cameras among the states; target 0.5 ms with 4."""
    rig = ring(cameras)
    seen, x, _, belief = draw_trial(rig, 1, frames=60)
    live = LiveFilter(rig.arrays, belief, PRIOR)
    live.start(Pose(x[0, :N_DOF], 1e-3 * np.eye(N_DOF), 0), 0.0)
    variance = np.full(N_POINTS, NOISE_PX**2)
    packets = iter(range(1 << 30))

    def packet() -> float:
        n = next(packets)
        frame = (n // cameras) % len(x)
        # Back and forth, so that the person does not jump at the end.
        frame = frame if (n // cameras // len(x)) % 2 == 0 else len(x) - 1 - frame
        live.advance(n / cameras / 60.0)
        return live.take_in(n % cameras, live.time_s, seen.uv[n % cameras, frame], variance)

    benchmark(packet)
    assert np.isfinite(live.pose.q).all()


def test_fixed_lag(benchmark: BenchmarkFixture, rig: Rig) -> None:
    """The pass over the last 50 ms at 60 Hz; target 3 ms."""
    _, x, _, belief = draw_trial(rig, 2, frames=4)
    live = LiveFilter(rig.arrays, belief, PRIOR)
    live.start(Pose(x[0, :N_DOF], 1e-3 * np.eye(N_DOF), 0), 0.0)
    lag = FixedLag(PRIOR, 0.05)
    times = iter(range(1, 1 << 30))

    def step() -> object:
        live.advance(next(times) / 60.0)
        return lag.add(live.time_s, *live.pose_and_velocity)

    assert benchmark(step) is not None


@pytest.mark.parametrize("cameras", [2, 4, 8, 16])
def test_whole_trial(benchmark: BenchmarkFixture, cameras: int) -> None:
    """One Gauss-Newton step, and the posterior with its covariances, of a trial of 120 frames."""
    rig = ring(cameras)
    seen, x, _, belief = draw_trial(rig, 3, frames=FRAMES)
    problem = smoothing_problem.trial_problem(rig.arrays, seen, belief, PRIOR)
    at = trial_smoother.descend(problem, smoothing_problem.start_from(x[:, :N_DOF], seen.time_s, belief), 12)
    benchmark.extra_info["frames"] = FRAMES
    body = benchmark(lambda: trial_smoother.posterior(problem, trial_smoother.descend(problem, at, 1)))
    assert np.isfinite(body.covariance).all()


def session_of_squats(rig: Rig) -> list[SeenTrial]:
    """Static, functional and movement trial of one person: standing, then squats."""
    _, _, truth, belief = draw_trial(rig, 10, frames=1)
    rng, trials = np.random.default_rng(10), list[SeenTrial]()
    for purpose, frames in {Purpose.STATIC: 60, Purpose.FUNCTIONAL: 240, Purpose.MOVEMENT: 240}.items():
        bent = np.zeros(frames) if purpose is Purpose.STATIC else 1.0 - np.cos(np.arange(frames) * 2.0 * np.pi / 120.0)
        q = np.tile(means_of(truth), (frames, 1))
        q[:, 2] = 0.9
        for name, share in {"hip_flexion": 0.5, "knee_flexion": 0.8, "talocrural": 0.3}.items():
            q[:, [DOF_NAMES.index(f"{name}_{side}") for side in "rl"]] += share * bent[:, None]
        x = np.hstack([q, np.gradient(q, 1.0 / FPS, axis=0)])
        seen = look_at(rig, x, truth, np.zeros(len(rig)), PRIOR, rng)
        points = np.stack([body_points(pose, belief.geometry, PRIOR.coupling.array) for pose in q])
        points += rng.normal(0, POINT_SD_M, points.shape)
        trials.append(SeenTrial(seen, points, np.tile(POINT_SD_M**2 * np.eye(3), (frames, N_POINTS, 1, 1)), purpose))
    return trials


@pytest.mark.parametrize("cameras", [4, 8])
def test_session(benchmark: BenchmarkFixture, cameras: int) -> None:
    """Static, functional and movement trial, noise and biases learned; target 400 frames a second with 4 cameras."""
    rig = ring(cameras)
    trials = session_of_squats(rig)
    session = benchmark.pedantic(lambda: smooth_session(rig.arrays, trials), rounds=3, warmup_rounds=1)
    assert all(np.isfinite(trial.body.covariance).all() for trial in session)
    frames = sum(len(trial.points) for trial in trials)
    benchmark.extra_info["frames_per_s"] = frames / median_s(benchmark)


def test_split_of_the_displacement(benchmark: BenchmarkFixture) -> None:
    """Shapley and first-order parts with errors of 1000 frames; target 50 us a frame."""
    rng = np.random.default_rng(4)
    frames = 1000
    sagittal, players = rng.uniform(0.0, 0.6, (frames, 3)), rng.normal(0.0, 0.1, (frames, 6))
    covariance = np.tile(1e-3 * np.eye(6), (frames, 1, 1))
    parts, linear, variance, total = (np.empty((frames, n)) for n in (6, 6, 6, 2))
    lengths, coupling = np.array([0.41, 0.40]), KneeCoupling().array
    benchmark(
        lambda: drivers_of_poses(
            sagittal, players, covariance, np.zeros(6), lengths, coupling, parts, linear, variance, total
        )
    )
    assert np.isfinite(parts).all()
