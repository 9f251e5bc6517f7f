"""Recorded virtual sessions: reproducible, plausible pixels, and noise that is what it says."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.keypoints_npz import read_keypoints_npz
from valgus.virtual_lab import motion
from valgus.virtual_lab.camera_ring import camera_ring
from valgus.virtual_lab.files import write_virtual_trial
from valgus.virtual_lab.noise import CLEAN, LAB, NoiseSource, detect, wandering
from valgus.virtual_lab.trial import virtual_lab, virtual_trial


def test_clean_pixels_against_opencv() -> None:
    trial = virtual_trial(3, seconds=1.0, fps=10.0, detector=CLEAN)
    for c, camera in enumerate(trial.rig.cameras):
        rotation, _ = cv2.Rodrigues(camera.T_camera_world[:3, :3])
        points = trial.truth.points.reshape(-1, 3)
        expected, _ = cv2.projectPoints(
            points, rotation, camera.T_camera_world[:3, 3], camera.matrix, camera.distortion
        )
        np.testing.assert_allclose(trial.main.uv[c, :, 0].reshape(-1, 2), expected[:, 0], atol=1e-6)
    assert np.all(trial.main.confidence == 1.0)


@pytest.mark.parametrize("cameras", [2, 4, 8])
def test_the_ring_sees_the_whole_person(cameras: int) -> None:
    trial = virtual_trial(1, cameras=cameras, seconds=3.0, fps=10.0)
    assert trial.rig.names == tuple(f"cam{i + 1:02d}" for i in range(cameras))
    assert not np.isnan(trial.main.uv).any()
    heights = np.ptp(trial.static.uv[:, 0, 0, :, 1], axis=1)
    assert np.all((heights > 420.0) & (heights < 640.0))
    for camera in camera_ring(1, cameras).cameras:
        assert 2.6 <= np.linalg.norm(camera.centre_world[:2]) <= 3.2
        assert camera.T_camera_world[1, 2] < -0.8, "the image's v axis points down"


def test_a_seed_is_a_session() -> None:
    first, again, other = (virtual_trial(seed, seconds=0.5, fps=20.0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.main.uv, again.main.uv)
    assert not np.allclose(first.main.uv, other.main.uv)


def test_synchronised_or_each_at_its_own_time() -> None:
    together = virtual_trial(1, seconds=0.5, fps=20.0)
    apart = virtual_trial(1, seconds=0.5, fps=20.0, synchronised=False)
    assert together.main.synchronised
    assert np.ptp(together.main.time_s, axis=0).max() == 0.0
    assert not apart.main.synchronised
    assert len(set(apart.main.time_s[:, 0])) == 4
    assert np.all((apart.main.time_s[:, 0] >= 0.0) & (apart.main.time_s[:, 0] < 0.05))


def test_noise_has_the_stated_size_and_its_offset_is_shared_by_trials() -> None:
    time_s = np.arange(4000) / 60.0
    exact = np.zeros((4000, 26, 2))
    exact[:, 0, 1] = 500.0  # a person of nominal height
    main, _ = detect(exact, time_s, 1.0, LAB, NoiseSource(1, 1, 0))
    static, _ = detect(exact, time_s, 1.0, LAB, NoiseSource(1, 0, 0))
    other_camera, _ = detect(exact, time_s, 1.0, LAB, NoiseSource(1, 1, 1))
    offsets = (main - exact).mean(axis=0)
    assert offsets.std() == pytest.approx(LAB.bias_px, rel=0.25)
    np.testing.assert_allclose(offsets, (static - exact).mean(axis=0), atol=1.0)
    assert abs(np.corrcoef(offsets.ravel(), (other_camera - exact).mean(axis=0).ravel())[0, 1]) < 0.4
    assert (main - exact - offsets).std() == pytest.approx(np.hypot(LAB.white_px, LAB.wander_px), rel=0.05)


def test_wandering_forgets_exponentially_even_at_uneven_times() -> None:
    rng = np.random.default_rng(0)
    time_s = np.cumsum(rng.choice([0.01, 0.03], 20000))
    noise = wandering(rng, time_s, (8,), 0.12)
    assert noise.std() == pytest.approx(1.0, rel=0.03)
    for gap in (0.01, 0.03):
        pairs = np.flatnonzero(np.isclose(np.diff(time_s), gap))
        assert (noise[pairs] * noise[pairs + 1]).mean() == pytest.approx(np.exp(-gap / 0.12), abs=0.02)


def test_confidence_falls_with_the_error() -> None:
    lab = virtual_lab(2)
    time_s = np.arange(600) / 60.0
    uv, confidence = lab.view(0, motion.squat, time_s)
    exact, _ = virtual_lab(2, detector=CLEAN).view(0, motion.squat, time_s)
    error = np.linalg.norm(uv - exact, axis=-1)
    assert -0.6 < np.corrcoef(error.ravel(), confidence.ravel())[0, 1] < -0.15
    assert 0.3 <= confidence.min() <= confidence.max() <= 0.98


def test_doubled_noise_doubles_the_error() -> None:
    time_s = np.arange(10) / 60.0
    exact, once, twice = (
        virtual_lab(2, detector=noise).view(1, motion.squat, time_s)[0] for noise in (CLEAN, LAB, LAB.times(2.0))
    )
    np.testing.assert_allclose(twice - exact, 2.0 * (once - exact), atol=1e-9)


@pytest.mark.parametrize("synchronised", [True, False])
def test_a_written_session_reads_back(tmp_path: Path, synchronised: bool) -> None:
    trial = virtual_trial(4, seconds=0.5, fps=20.0, synchronised=synchronised)
    write_virtual_trial(tmp_path / "session", trial)
    rig = read_rig(tmp_path / "session" / "rig.toml")
    np.testing.assert_allclose(
        [camera.T_camera_world for camera in rig.cameras],
        [camera.T_camera_world for camera in trial.rig.cameras],
        atol=1e-12,
    )
    for name, part in (("", trial.main), ("static", trial.static), ("functional", trial.functional)):
        read = read_keypoints_npz(tmp_path / "session" / name / "keypoints.npz")
        assert read.cameras == part.cameras
        np.testing.assert_allclose(read.uv, part.uv, rtol=1e-6)
        np.testing.assert_array_equal(read.time_s, part.time_s)
        assert (tmp_path / "session" / name / "timestamps.csv").exists() is not synchronised
    header = (tmp_path / "session" / "truth.csv").read_text().splitlines()[0].split(",")
    table = np.loadtxt(tmp_path / "session" / "truth.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(
        table[:, header.index("knee_flexion_r")], trial.truth.degrees("knee_flexion_r"), rtol=1e-7
    )
