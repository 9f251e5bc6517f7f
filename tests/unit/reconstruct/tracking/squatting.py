"""A virtual person who squats, and what a detector makes of the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, box_scale

Array = NDArray[np.float64]

FPS = 60.0
NOISE = PixelNoise()

_STANDING = {
    "Nose": (0.0, 0.12, 1.62), "Eye": (0.03, 0.1, 1.66), "Ear": (0.07, 0.0, 1.64), "Head": (0.0, 0.0, 1.75),
    "Neck": (0.0, 0.0, 1.45), "Hip": (0.0, 0.0, 0.95), "Shoulder": (0.18, 0.0, 1.42), "Elbow": (0.26, 0.02, 1.13),
    "Wrist": (0.28, 0.1, 0.88), "LHip": (0.11, 0.0, 0.93), "Knee": (0.12, 0.03, 0.5), "Ankle": (0.13, 0.0, 0.09),
    "BigToe": (0.15, 0.18, 0.02), "SmallToe": (0.19, 0.15, 0.02), "Heel": (0.13, -0.05, 0.03),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Seen:
    """A trial of one person: `xyz` (F, K, 3) truth, `uv` (C, F, K, 2), `confidence` (C, F, K), `time_s` (C, F)."""

    rig: Rig
    keypoints: KeypointSet
    xyz: Array
    exact: Array
    uv: Array
    confidence: Array
    time_s: Array


def body(keypoints: KeypointSet) -> Array:
    """(K, 3) metres, standing at the origin, facing +y; the subject's left is -x."""
    places = np.empty((len(keypoints), 3))
    for k, name in enumerate(keypoints.names):
        sided = name[0] in "LR" and name[1:] in _STANDING
        x, y, z = _STANDING["LHip" if name[1:] == "Hip" else name[1:] if sided else name]
        places[k] = (-x if name[0] == "L" and sided else x, y, z)
    return places


def squat(keypoints: KeypointSet, frames: int, turn: float = 0.0) -> Array:
    """(F, K, 3) of squats of 0.25 m every two seconds, while turning by `turn` rad in all."""
    phase = np.arange(frames) / FPS
    depth = 0.125 * (1.0 - np.cos(np.pi * phase))
    xyz = np.repeat(body(keypoints)[None], frames, axis=0)
    low = np.array([name[1:] in ("Ankle", "BigToe", "SmallToe", "Heel") for name in keypoints.names])
    knee = np.array([name[1:] == "Knee" for name in keypoints.names])
    xyz[:, ~low, 2] -= depth[:, None]
    xyz[:, knee, 2] += 0.5 * depth[:, None]
    xyz[:, knee, 1] += 0.8 * depth[:, None]
    angle = turn * np.linspace(0.0, 1.0, frames)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([cos * xyz[..., 0] - sin * xyz[..., 1], sin * xyz[..., 0] + cos * xyz[..., 1], xyz[..., 2]], -1)


def blur(exact: Array, rng: np.random.Generator, noise: PixelNoise = NOISE) -> Array:
    """Pixels with white noise, drift and a constant bias per camera and joint, of a person's size."""
    scale = box_scale(exact, np.ones(exact.shape[:-1]))[..., None, None]
    keep = np.exp(-1.0 / (FPS * noise.drift_time_s))
    drift = rng.normal(0.0, noise.drift_px, exact.shape)
    for f in range(1, exact.shape[1]):
        drift[:, f] = keep * drift[:, f - 1] + np.sqrt(1.0 - keep**2) * drift[:, f]
    bias = rng.normal(0.0, noise.bias_px, (len(exact), 1, *exact.shape[2:]))
    return exact + scale * (rng.normal(0.0, noise.white_px, exact.shape) + drift + bias)


def partners(keypoints: KeypointSet) -> NDArray[np.int64]:
    """(K,) index of every joint's mirror partner, its own where there is none."""
    partner = np.arange(len(keypoints))
    for left, right in keypoints.left_right_pairs:
        partner[[left, right]] = right, left
    return partner
