"""Noise models as data, and how they scale."""

import numpy as np
import pytest
from scipy.optimize import brentq

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


@pytest.mark.parametrize("rate", [2.0, 4.0, 8.0])
def test_noise_in_the_passband_makes_a_smoother_state_its_true_error(rate: float):
    """Wiener filter of a Matern-3/2 motion in white noise, fed with Ornstein-Uhlenbeck noise instead."""
    noise = PixelNoise(white_px=0.0, drift_px=1.0, drift_time_s=0.12)
    weaker = (noise.temporal_px(1e-3, rate) / noise.temporal_px(1e-3)) ** 2
    frequency = np.linspace(-2000.0, 2000.0, 400_001)
    step = frequency[1] - frequency[0]
    signal = (rate**2 + frequency**2) ** -2.0
    signal /= signal.sum() * step

    def left_over(white: float) -> float:
        return float((signal * white / (signal + white)).sum() * step)

    slow = float(brentq(lambda white: left_over(white) - 0.1, 1e-6, 1e2))
    assumed = weaker * slow
    drift = slow / (1.0 + (frequency * noise.drift_time_s) ** 2)
    true = float(((signal * assumed**2 + signal**2 * drift) / (signal + assumed) ** 2).sum() * step)
    assert left_over(assumed) == pytest.approx(true, rel=0.08)


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


def test_factors_lie_between_those_of_the_table_as_numpy_has_it():
    rng = np.random.default_rng(4)
    table = np.array([0.1, 0.3, 0.9])
    noise = PixelNoise(score=table, score_factor=np.array([2.0, 1.4, 1.0]), joint_factor=np.array([1.0, 0.5, 2.0]))
    score, scale = rng.uniform(-0.1, 1.1, (40, 3)), rng.uniform(0.5, 2.0, 40)
    score[0], score[1, 1] = table, np.nan
    expected = np.interp(score, table, noise.score_factor) * noise.joint_factor * scale[:, None]
    np.testing.assert_allclose(noise.factor(score, scale), np.where(score > 0.0, expected, np.nan), rtol=1e-12)
