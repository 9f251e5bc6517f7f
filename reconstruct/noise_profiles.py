"""Noise models measured per detector, kept as data in `configs/noise/`."""

from dataclasses import replace
from importlib.resources import files

import msgspec
import numpy as np

from capture.keypoint_sets import KeypointSet
from reconstruct.pixel_noise import PixelNoise


class _Profile(msgspec.Struct, forbid_unknown_fields=True):
    bias_px: float
    score: list[float]
    score_factor: list[float]
    joint_factor: dict[str, float]


def joint_kind(name: str, keypoints: KeypointSet) -> str:
    """Name of a joint without its side."""
    mirrored = {"L": "R", "R": "L"}.get(name[0], "") + name[1:]
    return name[1:] if mirrored != name and mirrored in keypoints.names else name


def noise_profile(keypoints: KeypointSet) -> PixelNoise:
    """Noise of the detector that emits these keypoints; the general model where nobody has measured it."""
    path = files("configs") / "noise" / f"{keypoints.name}.toml"
    if not path.is_file():
        return PixelNoise()
    profile = msgspec.toml.decode(path.read_bytes(), type=_Profile)
    factors = [profile.joint_factor.get(joint_kind(name, keypoints), 1.0) for name in keypoints.names]
    return replace(
        PixelNoise(),
        bias_px=profile.bias_px,
        score=np.array(profile.score),
        score_factor=np.array(profile.score_factor),
        joint_factor=np.array(factors),
    )
