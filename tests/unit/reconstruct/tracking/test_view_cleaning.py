"""Swaps put right, strays left out, and nothing that depends on side, order or chance."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.rig import Camera, Rig
from reconstruct.pixel_noise import PixelNoise, picture_scales
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.instants import group_instants
from reconstruct.tracking.view_cleaning import ViewCleaner, clean_views
from tests.unit.reconstruct.tracking.squatting import Seen, partners

Array = NDArray[np.float64]
Squatting = Callable[..., Seen]

NOISE = PixelNoise()


def clean(seen: Seen, uv: Array, confidence: Array) -> CleanViews:
    return clean_views(seen.rig, seen.keypoints, seen.time_s, uv, confidence, NOISE)


def exchange(seen: Seen, uv: Array, names: tuple[str, ...], camera: int, frames: slice) -> NDArray[np.bool_]:
    """Exchange left and right of the named joints in place; returns the (C, F, K) mask."""
    mask = np.zeros(uv.shape[:3], dtype=np.bool_)
    for left, right in seen.keypoints.left_right_pairs:
        if seen.keypoints.names[left][1:] in names:
            uv[camera, frames, left], uv[camera, frames, right] = (
                uv[camera, frames, right].copy(),
                uv[camera, frames, left].copy(),
            )
            mask[camera, frames, [[left], [right]]] = True
    return mask


def tellable(seen: Seen) -> NDArray[np.bool_]:
    """(C, F, K) paired joints whose partner stands elsewhere in the picture."""
    return np.linalg.norm(seen.exact - seen.exact[:, :, partners(seen.keypoints)], axis=-1) > 25.0


LEG = ("Hip", "Knee", "Ankle", "BigToe", "SmallToe", "Heel")
ARM = ("Shoulder", "Elbow", "Wrist")


@pytest.mark.parametrize(
    "joints", [LEG, ARM, ("Knee", "Ankle", "BigToe", "SmallToe", "Heel"), (*LEG, *ARM, "Eye", "Ear")]
)
def test_a_swap_in_one_view_is_put_right(squatting: Squatting, joints: tuple[str, ...]):
    seen = squatting(seed=1)
    uv = seen.uv.copy()
    mask = exchange(seen, uv, joints, camera=1, frames=slice(40, 70))
    views = clean(seen, uv, seen.confidence)
    told = tellable(seen)
    assert mask[told].any()
    assert (views.swapped == mask)[told].mean() > 0.995
    trusted = (views.confidence > 0.0) & told
    assert np.linalg.norm(views.uv - seen.exact, axis=-1)[trusted].max() < 40.0


def test_swaps_in_two_of_four_views_at_once_are_put_right(squatting: Squatting):
    seen = squatting(seed=2)
    uv = seen.uv.copy()
    mask = exchange(seen, uv, LEG, camera=0, frames=slice(50, 65))
    mask |= exchange(seen, uv, LEG, camera=1, frames=slice(55, 75))
    views = clean(seen, uv, seen.confidence)
    told = tellable(seen)
    assert (views.swapped == mask)[told].mean() > 0.995


def test_nothing_is_touched_where_nothing_is_wrong(squatting: Squatting):
    seen = squatting(seed=3, turn=2.0)
    views = clean(seen, seen.uv, seen.confidence)
    assert views.swapped.mean() < 0.01
    assert views.rejected.mean() < 0.002
    assert np.array_equal(views.uv[~views.swapped], seen.uv[~views.swapped])


def test_strays_are_left_out_whatever_their_score(squatting: Squatting):
    seen = squatting(seed=4)
    uv, rng = seen.uv.copy(), np.random.default_rng(5)
    stray = rng.random(uv.shape[:3]) < 0.03
    stray[:, :10] = False
    angle = rng.uniform(0.0, 2.0 * np.pi, stray.sum())
    uv[stray] += 120.0 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    views = clean(seen, uv, seen.confidence)
    assert (views.confidence[stray] == 0.0).mean() > 0.99
    assert views.rejected[~stray].mean() < 0.005


def test_bias_of_a_view_is_learned(squatting: Squatting):
    seen = squatting(frames=400)
    uv = seen.exact + np.random.default_rng(6).normal(0.0, 1.0, seen.exact.shape)
    knee = seen.keypoints.index("RKnee")
    uv[2, :, knee] += (8.0, -4.0)
    views = clean(seen, uv, seen.confidence)
    others = np.delete(views.bias_px, knee, axis=1)
    assert np.linalg.norm(views.bias_px[2, knee]) > 3.0
    assert np.dot(views.bias_px[2, knee], (8.0, -4.0)) > 0.0
    assert np.linalg.norm(others, axis=-1).max() < 1.5
    agreed = np.linalg.norm(views.agreed_uv[2, -100:, knee] - uv[2, -100:, knee], axis=-1)
    assert np.allclose(agreed, np.linalg.norm(views.bias_px[2, knee]))


def test_a_camera_that_goes_dark_and_comes_back_is_used_again(squatting: Squatting):
    seen = squatting(seed=7)
    confidence = seen.confidence.copy()
    confidence[3, 40:80] = 0.0
    uv = np.where(confidence[..., None] > 0.0, seen.uv, np.nan)
    views = clean(seen, uv, confidence)
    assert (views.confidence[3, 40:80] == 0.0).all()
    assert (views.confidence[3, 80:] > 0.0).mean() > 0.99


def test_mirroring_the_scene_mirrors_every_decision(squatting: Squatting):
    seen = squatting(seed=8)
    uv, rng = seen.uv.copy(), np.random.default_rng(9)
    exchange(seen, uv, LEG, camera=2, frames=slice(30, 60))
    uv[rng.random(uv.shape[:3]) < 0.02] += 90.0
    views = clean(seen, uv, seen.confidence)
    partner = partners(seen.keypoints)
    flipped = uv[:, :, partner].copy()
    flipped[..., 0] = 1279.0 - flipped[..., 0]
    rig = Rig(tuple(mirrored(camera) for camera in seen.rig.cameras))
    mirror = clean_views(rig, seen.keypoints, seen.time_s, flipped, seen.confidence, NOISE)
    assert np.array_equal(mirror.swapped, views.swapped[:, :, partner])
    assert np.array_equal(mirror.rejected, views.rejected[:, :, partner])
    assert np.abs(np.abs(mirror.bias_px) - np.abs(views.bias_px[:, partner])).max() < 1e-9


def mirrored(camera: Camera) -> Camera:
    """The camera seen in a mirror in the plane x = 0; its picture is flipped."""
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    matrix = camera.matrix.copy()
    matrix[0, 2] = 1279.0 - matrix[0, 2]
    distortion = camera.distortion.copy()
    distortion[3] *= -1.0
    return replace(camera, matrix=matrix, distortion=distortion, T_camera_world=flip @ camera.T_camera_world @ flip)


def test_all_scores_zero_and_a_single_camera_are_left_alone(squatting: Squatting):
    seen = squatting(frames=20)
    nothing = clean(seen, np.full_like(seen.uv, np.nan), np.zeros_like(seen.confidence))
    assert not nothing.rejected.any()
    assert not nothing.swapped.any()
    alone = seen.confidence.copy()
    alone[1:] = 0.0
    one = clean(seen, np.where(alone[..., None] > 0.0, seen.uv, np.nan), alone)
    assert np.array_equal(one.confidence, alone)


def test_a_whole_trial_is_cleaned_as_frame_after_frame(squatting: Squatting):
    seen = squatting(seed=4, frames=60)
    uv = seen.uv.copy()
    exchange(seen, uv, LEG, camera=1, frames=slice(20, 40))
    uv[2, 30:33] += 200.0
    late = seen.time_s + 0.004 * np.arange(4)[:, None]
    late[3, 10:] += 1.0 / 60.0  # this camera lost a frame
    instants = group_instants(late)
    assert (instants.frame < 0).any()
    variance = NOISE.variance_px2(seen.confidence, *picture_scales(seen.rig, uv, seen.confidence))
    whole, single = (ViewCleaner(seen.rig, seen.keypoints, NOISE, 1.0 / 60.0) for _ in range(2))
    swapped, trusted = whole.clean_all(uv, variance, instants)
    steps = np.diff(instants.time_s, prepend=instants.time_s[0])
    everyone = np.arange(4)
    for g, frames in enumerate(instants.frame.T):
        there = frames >= 0
        now = np.where(there[:, None], variance[everyone, frames], np.nan)
        now_swapped, now_trusted = single.clean(uv[everyone, frames], now, float(steps[g]), instants.lag_s[:, g].copy())
        assert np.array_equal(swapped[everyone[there], frames[there]], now_swapped[there])
        assert np.array_equal(trusted[everyone[there], frames[there]], now_trusted[there])
    assert np.array_equal(whole.bias_px, single.bias_px)
    assert swapped.any()
    assert not trusted.all()


def exchanged_in_every_view(seen: Seen, frames: slice) -> tuple[Array, NDArray[np.bool_]]:
    """Keypoints of a detector that takes one leg for the other, and the (C, F, K) mask of these."""
    uv = seen.uv.copy()
    masks = [exchange(seen, uv, LEG, camera, frames) for camera in range(len(uv))]
    return uv, np.logical_or.reduce(masks)


def test_legs_that_every_view_exchanges_to_begin_with_are_put_right(squatting: Squatting):
    seen = squatting(seed=6)
    uv, mask = exchanged_in_every_view(seen, slice(0, 15))
    views = clean(seen, uv, seen.confidence)
    assert (views.swapped == mask)[tellable(seen)].mean() > 0.995
    assert np.linalg.norm(views.uv - seen.exact, axis=-1)[tellable(seen) & (views.confidence > 0.0)].max() < 40.0
    assert np.abs(views.bias_px).max() < 20.0


def test_live_they_are_put_right_within_a_second(squatting: Squatting):
    seen = squatting(seed=6)
    uv, mask = exchanged_in_every_view(seen, slice(0, 15))
    variance = NOISE.variance_px2(seen.confidence, *picture_scales(seen.rig, uv, seen.confidence))
    cleaner = ViewCleaner(seen.rig, seen.keypoints, NOISE, 1.0 / 60.0)
    swapped = np.stack([cleaner.clean(uv[:, f], variance[:, f], 1.0 / 60.0, np.zeros(4))[0].copy() for f in range(120)])
    right = (swapped.swapaxes(0, 1) == mask) | ~tellable(seen)
    assert not right[:, 20:40].all()
    assert right[:, 60:].mean() > 0.995


def test_legs_that_every_view_exchanges_for_half_a_second_are_exchanged_back(squatting: Squatting):
    seen = squatting(seed=7)
    uv, mask = exchanged_in_every_view(seen, slice(60, 90))
    views = clean(seen, uv, seen.confidence)
    assert (views.swapped == mask)[tellable(seen)].mean() > 0.995
