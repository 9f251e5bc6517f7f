"""Points as they are exported: coverage, common instants, gaps, and the noise learned from a recording."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.keypoint_sets import keypoint_set
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.body_sides import acceleration_psd, body_sides
from reconstruct.tracking.gaps import LONGEST_GAP_S, short_gaps
from reconstruct.tracking.instants import group_instants
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.types import PointTrial
from tests.unit.reconstruct.tracking.squatting import FPS, Seen, blur, squat

Array = NDArray[np.float64]
Squatting = Callable[..., Seen]

NOISE = PixelNoise()


def points_of(seen: Seen, confidence: Array | None = None, noise: PixelNoise = NOISE) -> PointTrial:
    confidence = seen.confidence if confidence is None else confidence
    uv = np.where(confidence[..., None] > 0.0, seen.uv, np.nan)
    views = clean_views(seen.rig, seen.keypoints, seen.time_s, uv, confidence, noise)
    return trusted_points(seen.rig, seen.keypoints, seen.time_s, views)


def covered(points: PointTrial, truth: Array, which: NDArray[np.bool_]) -> float:
    off = (points.xyz - truth)[which]
    return float((np.einsum("ni,nij,nj->n", off, np.linalg.inv(points.covariance[which]), off) < 7.815).mean())


def test_ellipsoids_cover_the_truth_as_often_as_they_say(squatting: Squatting):
    inside = [
        covered(points_of(seen), seen.xyz, np.ones(seen.xyz.shape[:2], dtype=np.bool_))
        for seen in (squatting(seed=seed) for seed in range(8))
    ]
    assert 0.90 < np.mean(inside) < 0.985


@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_a_better_or_worse_detector_is_noticed(squatting: Squatting, factor: float):
    seen = squatting()
    everything = np.ones(seen.xyz.shape[:2], dtype=np.bool_)
    inside: list[float] = []
    for seed in range(4):
        uv = blur(seen.exact, np.random.default_rng(seed), NOISE.scaled(factor, factor))
        other = replace(seen, uv=uv)
        views = clean_views(seen.rig, seen.keypoints, seen.time_s, uv, seen.confidence, NOISE)
        assert views.noise.white_px / NOISE.white_px == pytest.approx(factor, rel=0.25)
        assert views.noise.bias_px / NOISE.bias_px == pytest.approx(factor, rel=0.3)
        inside.append(covered(points_of(other), seen.xyz, everything))
    assert 0.90 < np.mean(inside) < 0.985


def test_short_gaps_are_bridged_and_flagged_and_long_ones_stay_open(squatting: Squatting):
    seen = squatting(seed=3)
    confidence = seen.confidence.copy()
    knee, wrist = seen.keypoints.index("LKnee"), seen.keypoints.index("RWrist")
    confidence[:, 50:58, knee] = 0.0
    confidence[:, 50:90, wrist] = 0.0
    points = points_of(seen, confidence)
    assert points.bridged[50:58, knee].all()
    assert points.bridged.sum() == 8
    assert np.isnan(points.xyz[50:90, wrist]).all()
    assert (points.views[50:58, knee] == 0).all()
    spread = np.trace(points.covariance[48:60, knee], axis1=1, axis2=2)
    assert spread[6] > spread[3] > spread[1]
    assert np.linalg.norm(points.xyz[50:58, knee] - seen.xyz[50:58, knee], axis=-1).max() < 0.06
    assert covered(points, seen.xyz, points.bridged) > 0.85


def test_gaps_at_the_ends_are_not_bridged():
    time_s = np.arange(30) / FPS
    known = np.ones((30, 1), dtype=np.bool_)
    known[:3], known[-3:], known[10:12] = False, False, False
    assert np.flatnonzero(short_gaps(time_s, known)).tolist() == [10, 11]
    known[5:25] = False
    assert (25 - 4) / FPS > LONGEST_GAP_S
    assert not short_gaps(time_s, known).any()


def test_unsynchronised_cameras_lose_nothing(
    squatting: Squatting, ring: Callable[..., Rig], see: Callable[[Rig, Array], Array]
):
    rig, base, frames = ring(4), squatting(), 150
    offset = np.array([0.0, 0.004, -0.005, 0.0075])
    times = np.arange(frames) / FPS + offset[:, None]
    fine = np.arange(8 * frames) / (8 * FPS) - 0.05
    motion = squat(base.keypoints, 8 * frames)[:, :, :]
    exact = np.empty((4, frames, len(base.keypoints), 2))
    for c in range(4):
        there = np.stack([_at(fine, motion, t) for t in times[c]])
        exact[c] = see(rig, there.reshape(-1, 3)).reshape(4, frames, -1, 2)[c]
    seen = replace(
        base, uv=blur(exact, np.random.default_rng(1)), time_s=times, confidence=np.full(exact.shape[:3], 0.8)
    )
    points = points_of(seen)
    truth = np.stack([_at(fine, motion, t) for t in points.time_s])
    error = np.linalg.norm(points.xyz - truth, axis=-1)
    together = squatting(frames=frames, seed=1)
    reference = np.linalg.norm(points_of(together).xyz - together.xyz, axis=-1)
    assert np.median(error) < 1.1 * np.median(reference)
    assert 0.9 < covered(points, truth, np.isfinite(error)) < 0.995


def _at(times: Array, motion: Array, t: float) -> Array:
    i = int(np.clip(np.searchsorted(times, t) - 1, 0, len(times) - 2))
    share = (t - times[i]) / (times[i + 1] - times[i])
    return (1.0 - share) * motion[i] + share * motion[i + 1]


def test_every_frame_belongs_to_exactly_one_instant():
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.uniform(0.012, 0.022, (3, 200)), axis=1)
    instants = group_instants(times)
    for c in range(3):
        assert np.array_equal(np.sort(instants.frame[c][instants.frame[c] >= 0]), np.arange(200))
    assert (np.abs(instants.lag_s) < 0.02).all()
    assert (np.diff(instants.time_s) > 0.0).all()


def test_synchronised_frames_stay_together():
    times = np.arange(50) / FPS + np.array([[0.0], [0.002], [-0.003]])
    instants = group_instants(times)
    assert np.array_equal(instants.frame, np.tile(np.arange(50), (3, 1)))


@pytest.mark.parametrize("name", ["halpe_26", "body_25", "body_25b", "coco_17", "blazepose_33"])
def test_sides_of_every_keypoint_set(name: str):
    keypoints = keypoint_set(name)
    body, psd = body_sides(keypoints), acceleration_psd(keypoints)
    assert np.array_equal(body.partner[body.partner], np.arange(len(keypoints)))
    assert ((body.unit >= 0) == (body.partner != np.arange(len(keypoints)))).all()
    assert psd[keypoints.index("RWrist")] > psd[keypoints.index("RHip")]
