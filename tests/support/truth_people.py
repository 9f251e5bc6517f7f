"""A real person's squats, moved and turned in space, once more before a detector: for recordings of several people."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry.camera_model import project
from geometry.rig import Rig

Array = NDArray[np.float64]

FPS = 60.0
HALPE_26 = keypoint_set("halpe_26")
_BURST_FRAMES = (2, 15)


class TruthPeople:
    """People made of one truth set, seen through its rig with its own detector noise.

    Parameters
    ----------
    folder : shared_data/truth
    name : of the set
    """

    def __init__(self, folder: Path, name: str = "squats1_ring4_lab") -> None:
        self.rig: Rig = read_rig(folder / name / "rig.toml")
        self._squats: Array = np.load(folder / name / "points_truth.npy")
        spec = importlib.util.spec_from_file_location("noise", folder / "noise.py")
        assert spec is not None
        assert spec.loader is not None
        self._noise: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._noise)

    @property
    def frames(self) -> int:
        """How many the set has."""
        return len(self._squats)

    def person(self, path: Array, *, start: int = 0, size: float = 1.0, turn: float = 0.0) -> Array:
        """(F, 26, 3) of somebody of relative `size` who squats from frame `start` on, turned, along `path` (F, 2)."""
        xyz = size * self._squats[start : start + len(path)]
        cos, sin = np.cos(turn), np.sin(turn)
        turned = xyz @ np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
        turned[..., :2] += path[:, None]
        return turned

    def record(self, people: list[Array], seed: int, kind: str = "lab") -> tuple[KeypointTrial, NDArray[np.int64]]:
        """A trial of everybody, in another order in every view and frame, and (C, F, P) who it is in each place.

        Whole people are missed for moments, as detectors do.
        """
        rng = np.random.default_rng(seed)
        views = [self._seen(xyz, 100 * seed + number, kind) for number, xyz in enumerate(people)]
        uv, confidence = (np.stack(parts, axis=2) for parts in zip(*views, strict=True))
        cameras, frames, places = confidence.shape[:3]
        for c, f, p in np.argwhere(rng.random((cameras, frames, places)) < 0.004):
            confidence[c, f : f + rng.integers(*_BURST_FRAMES), p] = 0.0
        order = rng.permuted(np.broadcast_to(np.arange(places), (cameras, frames, places)), axis=2)
        uv = np.take_along_axis(uv, order[..., None, None], axis=2)
        confidence = np.take_along_axis(confidence, order[..., None], axis=2)
        times = np.tile(np.arange(frames) / FPS, (cameras, 1))
        sizes = tuple(camera.size for camera in self.rig.cameras)
        return KeypointTrial(self.rig.names, HALPE_26, uv, confidence, times, sizes, synchronised=True), order

    def _seen(self, xyz: Array, seed: int, kind: str) -> tuple[Array, Array]:
        flat = xyz.reshape(-1, 3)
        exact = np.stack([project(self.rig.arrays, c, flat) for c in range(len(self.rig))])
        exact = exact.reshape(len(self.rig), *xyz.shape[:2], 2)
        sizes = [camera.size for camera in self.rig.cameras]
        standing = np.median(self._noise.person_scale(exact), axis=1)
        uv, confidence, _ = self._noise.realise(kind, seed, exact, sizes, FPS, standing)
        return uv, confidence


def path(frames: int, *stops: tuple[float, float, float]) -> Array:
    """(F, 2) metres through stops (fraction of the time, x, y)."""
    times, x, y = np.array(stops).T
    along = np.linspace(0.0, 1.0, frames)
    return np.stack([np.interp(along, times, x), np.interp(along, times, y)], axis=-1)
