from pathlib import Path

import numpy as np
import pytest

from capture.cameras.punctual import PunctualCamera
from capture.errors import CaptureError
from capture.latency.by_motion import latency_by_motion
from capture.latency.file import CameraLatency, read_latencies, write_latencies
from capture.latency.track_reading import read_track
from capture.types import Frame
from geometry import se3
from geometry.camera_model import project
from geometry.rig import Camera, Rig
from valgus.cli.main import main

SECONDS, FPS, K = 6.0, 60.0, 17
NAMES = ("a", "b", "c", "d")


def ring() -> Rig:
    """Four cameras on a circle of 4 m, looking at a point 1 m above the floor."""
    cameras: list[Camera] = []
    for name, heading in zip(NAMES, np.radians([10, 80, 190, 260]), strict=True):
        centre = np.array([4 * np.cos(heading), 4 * np.sin(heading), 1.5])
        forward = np.array([0, 0, 1.0]) - centre
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        matrix = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])
        cameras.append(Camera(name, (1280, 720), matrix, np.zeros(5), se3.compose(rotation, -rotation @ centre)))
    return Rig(tuple(cameras))


def swinging(time_s: np.ndarray, hertz: float) -> np.ndarray:
    """(F, 17, 3) metres: points that swing half a metre to and fro, each in its own way."""
    phase = np.linspace(0, 3, K)
    angle = 2 * np.pi * hertz * time_s[:, None] + phase
    rest = np.random.default_rng(7).uniform((-0.3, -0.3, 0.7), (0.3, 0.3, 1.3), (K, 3))
    return rest + 0.5 * np.stack([np.sin(angle), np.cos(1.3 * angle), 0.5 * np.sin(0.7 * angle)], axis=-1)


def seen(rig: Rig, latency_s: np.ndarray, hertz: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Stamped times (C, F) and noisy pixels (C, F, K, 2) with a constant error per view and point."""
    rng = np.random.default_rng(seed)
    exposed = np.arange(round(SECONDS * FPS)) / FPS + rng.uniform(0, 1 / FPS, (len(rig), 1))
    uv = np.stack([project(rig.arrays, c, swinging(exposed[c], hertz)) for c in range(len(rig))])
    uv += rng.normal(0, 4.0, (len(rig), 1, K, 2)) + rng.normal(0, 1.5, uv.shape)
    uv[rng.random(uv.shape[:3]) < 0.05] = np.nan
    return exposed + latency_s[:, None], uv


@pytest.mark.parametrize("seed", range(3))
def test_latencies_of_12_to_40_ms_are_found_within_2_ms(seed: int) -> None:
    rig = ring()
    true_s = np.random.default_rng(seed).uniform(0.012, 0.040, 4)
    time_s, uv = seen(rig, true_s, 1.2, seed)
    estimate = latency_by_motion(rig, NAMES, time_s, uv, np.isfinite(uv[..., 0]).astype(float))
    errors = estimate.latency_s - (true_s - true_s.mean())
    assert np.abs(errors).max() < 0.002
    assert (np.abs(errors) < 5 * estimate.sd_s + 1e-4).all()
    assert (estimate.sd_s < 0.002).all()


def test_too_slow_too_short_and_too_few_are_one_line() -> None:
    rig = ring()
    time_s, uv = seen(rig, np.zeros(4), 0.001, 0)
    confidence = np.ones(uv.shape[:3])
    with pytest.raises(CaptureError, match="too slow to tell"):
        latency_by_motion(rig, NAMES, time_s, uv, confidence)
    with pytest.raises(CaptureError, match="record a longer movement"):
        latency_by_motion(rig, NAMES, time_s[:, :30], uv[:, :30], confidence[:, :30])
    with pytest.raises(CaptureError, match="two cameras"):
        latency_by_motion(rig.select(["a"]), ("a",), time_s[:1], uv[:1], confidence[:1])


def test_parabolas_are_read_exactly_and_gaps_stay_gaps() -> None:
    time_s = np.arange(40) / 30 + np.random.default_rng(0).uniform(0, 0.005, 40)
    uv = np.stack([3 * time_s**2 - time_s, 5 - 2 * time_s], axis=-1)[:, None, :].repeat(2, axis=1)
    uv[10:19, 1] = np.nan
    at_s = np.linspace(0.2, 1.1, 57)
    read = read_track(time_s, uv, at_s)
    np.testing.assert_allclose(read[:, 0], np.stack([3 * at_s**2 - at_s, 5 - 2 * at_s], axis=-1), atol=1e-9)
    assert np.isnan(read[np.abs(at_s - time_s[14]).argmin(), 1]).all()
    assert np.isfinite(read[-1, 1]).all()
    assert np.isnan(read_track(time_s, uv, np.array([-0.1, 2.0]))).all()


def test_latencies_are_kept_in_a_file_and_taken_out_of_times(tmp_path: Path) -> None:
    path = tmp_path / "latency.toml"
    rig = ring()
    time_s, uv = seen(rig, np.array([0.0, 0.01, 0.02, 0.03]), 1.2, 1)
    estimate = latency_by_motion(rig, NAMES, time_s, uv, np.isfinite(uv[..., 0]).astype(float))
    write_latencies(path, estimate)
    known = read_latencies(path)
    np.testing.assert_allclose([known[name].latency_ns for name in NAMES], estimate.latency_s * 1e9, atol=100)

    class Late:
        name = "a"

        def read(self) -> Frame | None:
            return Frame("a", 0, 1_000_000, 300, np.zeros((1, 1, 3), np.uint8))

        def close(self) -> None:
            pass

    frame = PunctualCamera(Late(), CameraLatency(250_000, 400)).read()
    assert frame is not None
    assert (frame.time_ns, frame.time_sd_ns) == (750_000, 500)


def test_a_bad_latency_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "latency.toml"
    path.write_text("[a]\nlate_ms = 3\n")
    with pytest.raises(CaptureError, match="latency_ms"):
        read_latencies(path)
    path.write_text("a = 3\n")
    with pytest.raises(CaptureError, match="Expected `object`, got `int`"):
        read_latencies(path)


def test_the_command_finds_latencies_of_real_movement(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "truth/dj1_ring4_lab"
    arrays = dict(np.load(source / "keypoints.npz"))
    true_s = np.array([0.012, 0.040, 0.025, 0.018])
    arrays["timestamps"] = arrays["timestamps"] + true_s[:, None]
    np.savez(tmp_path / "keypoints.npz", **arrays)
    out = tmp_path / "latency.toml"
    command = ["cameras", "latency", "--rig", str(source / "rig.toml"), "--keypoints", str(tmp_path), "--out", str(out)]
    assert main(command) == 0
    found_s = np.array([latency.latency_ns for latency in read_latencies(out).values()]) / 1e9
    assert np.abs(found_s - (true_s - true_s.mean())).max() < 0.002
