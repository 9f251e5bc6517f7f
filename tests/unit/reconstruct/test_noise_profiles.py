"""Noise models as data, and how they scale."""

import numpy as np
import pytest

from capture.keypoint_sets import KEYPOINT_SETS, keypoint_set
from reconstruct.noise_profiles import joint_kind, noise_profile
from reconstruct.pixel_noise import PixelNoise, box_scale, person_scale


@pytest.mark.parametrize("name", KEYPOINT_SETS)
def test_every_keypoint_set_has_a_noise_model(name: str):
    keypoints = keypoint_set(name)
    noise = noise_profile(keypoints)
    factor = noise.factor(np.linspace(0.01, 1.0, 40)[:, None] * np.ones(len(keypoints)), np.ones(40))
    assert (np.diff(factor, axis=0) <= 1e-12).all()
    assert factor.min() > 0.3
    assert np.isnan(noise.factor(np.zeros(len(keypoints)), np.ones(()))).all()


def test_both_sides_of_a_joint_share_a_factor():
    keypoints = keypoint_set("blazepose_33")
    noise = noise_profile(keypoints)
    for left, right in keypoints.left_right_pairs:
        assert noise.joint_factor[left] == noise.joint_factor[right]
    assert joint_kind("LKnee", keypoints) == "Knee"
    assert joint_kind("Nose", keypoints) == "Nose"


def test_temporal_noise_of_independent_frames_is_the_plain_sum():
    noise = PixelNoise()
    assert noise.temporal_px(100.0) == pytest.approx(np.hypot(noise.white_px, noise.drift_px))
    assert noise.temporal_px(1.0 / 60.0) > 2.0 * noise.drift_px


def test_scale_follows_the_box_and_ignores_single_strays():
    uv = np.zeros((1, 30, 4, 2))
    uv[:, :, 1] = (100.0, 400.0)
    uv[:, :, 2] = (60.0, 200.0)
    confidence = np.ones(uv.shape[:3])
    assert box_scale(uv, confidence)[0, 0] == pytest.approx(0.8)
    uv[0, 12, 3] = (0.0, 4000.0)
    assert np.allclose(person_scale(uv, confidence), 0.8)
    uv[:, :, 1] = (600.0, 10.0)
    assert box_scale(uv, confidence)[0, 0] == pytest.approx(600.0 * 4.0 / 3.0 / 500.0)
    assert np.isnan(box_scale(uv, np.zeros(uv.shape[:3]))).all()
