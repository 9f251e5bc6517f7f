"""Timings of triangulation, cleaning and association; absolute figures need an idle machine.

.venv/bin/python -m pytest benchmarks/test_triangulation.py
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, person_scale, standing_scale
from reconstruct.tracking.people import track_people
from reconstruct.tracking.view_cleaning import ViewCleaner
from reconstruct.triangulation import FrameTriangulator, triangulate_arrays
from tests.unit.reconstruct.conftest import look_at
from tests.unit.reconstruct.tracking.squatting import FPS, blur, squat

Array = NDArray[np.float64]

HALPE = keypoint_set("halpe_26")
NOISE = PixelNoise()


def ring(cameras: int) -> Rig:
    angles = 2.0 * np.pi * np.arange(cameras) / cameras
    positions = np.column_stack([4.0 * np.cos(angles), 4.0 * np.sin(angles), np.full(cameras, 1.5)])
    return Rig(tuple(look_at(f"cam{i:02}", p, np.array([0.0, 0.0, 1.0])) for i, p in enumerate(positions)))


def squatter(rig: Rig, frames: int) -> tuple[Array, Array, Array]:
    """uv (C, F, K, 2), confidence and variance (C, F, K) of a person with detector noise and 3 % strays."""
    rng = np.random.default_rng(1)
    exact = np.stack([project(rig.arrays, c, squat(HALPE, frames)) for c in range(len(rig))])
    uv = blur(exact, rng)
    stray = rng.random(uv.shape[:3]) < 0.03
    uv[stray] += rng.normal(0.0, 100.0, (int(stray.sum()), 2))
    confidence = np.full(uv.shape[:3], 0.85)
    scales = person_scale(uv, confidence), standing_scale(rig, uv, confidence)
    return uv, confidence, NOISE.variance_px2(confidence, *scales)


@pytest.mark.parametrize("cameras", [4, 8, 16])
def test_live_frame(benchmark: BenchmarkFixture, cameras: int):
    """One 26-joint frame with covariance on one core: 50 us at 4 cameras, 250 us at 16."""
    rig = ring(cameras)
    uv, _, variance = squatter(rig, 60)
    frames = [(np.ascontiguousarray(uv[:, f]), np.ascontiguousarray(variance[:, f])) for f in range(60)]
    triangulator = FrameTriangulator(rig, HALPE)
    count = iter(range(10**9))

    def one_frame() -> None:
        triangulator.triangulate(0, *frames[next(count) % 60])

    benchmark(one_frame)


@pytest.mark.parametrize("cameras", [4, 8, 16])
def test_batch(benchmark: BenchmarkFixture, cameras: int):
    """Many points on every core: 3 million a second at 4 cameras on two cores."""
    rig = ring(cameras)
    uv, _, variance = squatter(rig, 4000)
    flat_uv, flat_variance = uv.reshape(cameras, -1, 2), variance.reshape(cameras, -1)
    triangulate_arrays(rig, flat_uv, flat_variance)
    benchmark(triangulate_arrays, rig, flat_uv, flat_variance)
    benchmark.extra_info["points"] = flat_variance.shape[1]


@pytest.mark.parametrize("cameras", [4, 8])
def test_cleaned_frame(benchmark: BenchmarkFixture, cameras: int):
    """Left and right, strays, bias and motion of one frame."""
    rig = ring(cameras)
    uv, _, variance = squatter(rig, 60)
    frames = [(np.ascontiguousarray(uv[:, f]), np.ascontiguousarray(variance[:, f])) for f in range(60)]
    cleaner, lag = ViewCleaner(rig, HALPE, NOISE, 1.0 / FPS), np.zeros(cameras)
    count = iter(range(10**9))

    def one_frame() -> None:
        cleaner.clean(*frames[next(count) % 60], 1.0 / FPS, lag)

    benchmark(one_frame)


def test_association(benchmark: BenchmarkFixture):
    """Everybody in 100 frames of 4 cameras with two people per view."""
    rig = ring(4)
    uv, confidence, _ = squatter(rig, 100)
    second, _, _ = squatter(rig, 100)
    second += 150.0
    times = np.tile(np.arange(100) / FPS, (4, 1))
    pair, scores = np.stack([uv, second], axis=2), np.stack([confidence, confidence], axis=2)
    trial = KeypointTrial(rig.names, HALPE, pair, scores, times, (None,) * 4, synchronised=True)
    benchmark(track_people, trial, rig, NOISE)
