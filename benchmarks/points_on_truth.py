"""Unfiltered points of re-projected real movements against the truth, over fresh draws of detector noise.

    .venv/bin/python benchmarks/points_on_truth.py TRUTH/noise.py SET [SET ...] [--seeds 20]

For every SET of synchronised cameras: the median 3-D error with the `lab` noise beside that of the Cramer-Rao bound
(single frames, the constant bias of every view unknown), with the `harsh` noise of the same seeds, the share of true
points inside the stated 95 % ellipsoids, and how many leg detections were taken for the other leg's.  Everything is
pooled over the seeds.
"""

import argparse
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.reprojection import pixels_per_metre
from calibration.formats.aniposelib import read_rig
from capture.keypoint_sets import keypoint_set
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise, person_scale
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.types import PointTrial

Array = NDArray[np.float64]
Draw = tuple[Array, Array, NDArray[np.uint8]]
Renoise = Callable[[str, str, int], dict[str, Draw]]

KINDS = ("lab", "harsh")
FIRST_SEED = 300
SWAPPED = 4
"""Flag of the truth sets."""
CHI2_95 = 7.815
NOISE, KEYPOINTS = PixelNoise(), keypoint_set("halpe_26")
LEGS = [
    k for k, name in enumerate(KEYPOINTS.names) if name[1:] in ("Hip", "Knee", "Ankle", "BigToe", "SmallToe", "Heel")
]


@dataclass(frozen=True)
class TruthSet:
    """What is true of one set."""

    folder: Path
    rig: Rig
    time_s: Array
    xyz: Array
    """(F, K, 3) metres"""
    bias_scale: Array
    """(C,) of the person while standing"""

    @classmethod
    def of(cls, folder: Path) -> "TruthSet":
        """Read a set."""
        standing = np.load(folder / "static" / "noise_truth.npz")["uv_exact"].astype(float)
        return cls(
            folder,
            read_rig(folder / "rig.toml"),
            np.load(folder / "keypoints.npz")["timestamps"],
            np.load(folder / "points_truth.npy"),
            np.median(person_scale(standing, np.ones(standing.shape[:-1])), axis=1),
        )


@dataclass(frozen=True)
class Found:
    """Of one draw: errors where there is a point, which of them are inside, leg detections of the other leg."""

    error_m: Array
    inside: NDArray[np.bool_]
    wrong_legs: int
    missing: float
    bridged: float


def load_renoise(path: Path) -> Renoise:
    """The truth sets' own generator of noise."""
    spec = importlib.util.spec_from_file_location("noise", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda folder, kind, seed: module.renoise(folder, kind, seed, only=("main",))


def estimate(truth: TruthSet, draw: Draw) -> tuple[PointTrial, int]:
    """Points, and the number of leg detections that are used as the other leg's."""
    uv, confidence, flags = draw
    seen = np.where(confidence[..., None] > 0.0, uv, np.nan)
    views = clean_views(truth.rig, KEYPOINTS, truth.time_s, seen, confidence, NOISE)
    wrong = (views.swapped != ((flags & SWAPPED) > 0)) & (views.confidence > 0.0)
    return trusted_points(truth.rig, KEYPOINTS, truth.time_s, views), int(wrong[:, :, LEGS].sum())


def found(truth: TruthSet, draw: Draw) -> Found:
    """Compare one draw with the truth."""
    points, wrong_legs = estimate(truth, draw)
    off = (points.xyz - truth.xyz).reshape(-1, 3)
    known = np.isfinite(off[:, 0])
    covariance = points.covariance.reshape(-1, 3, 3)[known]
    square = np.einsum("ni,nij,nj->n", off[known], np.linalg.inv(covariance), off[known])
    error_m = np.asarray(np.linalg.norm(off[known], axis=1), dtype=np.float64)
    return Found(error_m, square < CHI2_95, wrong_legs, float(1.0 - known.mean()), float(points.bridged.mean()))


def bound_errors_m(truth: TruthSet, draw: Draw, rng: np.random.Generator) -> Array:
    """Errors drawn from the Cramer-Rao bound of every point that two cameras see."""
    rig, flat = truth.rig, truth.xyz.reshape(-1, 3)
    exact = np.stack([project(rig.arrays, c, flat) for c in range(len(rig))]).reshape(len(rig), *truth.xyz.shape[:2], 2)
    picture = person_scale(exact, np.ones(exact.shape[:-1]))
    moving = (NOISE.white_px**2 + NOISE.drift_px**2) * picture**2
    variance = moving + (NOISE.bias_px * truth.bias_scale[:, None]) ** 2
    seen = draw[1] > 0.0
    weight = np.where(seen, 1.0 / variance[..., None], 0.0).reshape(len(rig), -1)
    jacobians = pixels_per_metre(rig, flat)
    information = np.einsum("cn,cnai,cnaj->nij", weight, jacobians, jacobians)
    twice = seen.sum(axis=0).ravel() >= 2
    root = np.linalg.cholesky(np.linalg.inv(information[twice]))
    drawn = (root @ rng.normal(size=(int(twice.sum()), 3, 1)))[..., 0]
    return np.asarray(np.linalg.norm(drawn, axis=1), dtype=np.float64)


def lines(truth: TruthSet, renoise: Renoise, seeds: int) -> Iterator[str]:
    """What is printed of a set."""
    rng = np.random.default_rng(0)
    results: dict[str, list[Found]] = {kind: [] for kind in KINDS}
    bound: list[Array] = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        for kind in KINDS:
            draw = renoise(str(truth.folder), kind, seed)["main"]
            results[kind].append(found(truth, draw))
            if kind == "lab":
                bound.append(bound_errors_m(truth, draw, rng))
    bound_mm = 1e3 * float(np.median(np.concatenate(bound)))
    medians = {kind: 1e3 * float(np.median(np.concatenate([one.error_m for one in results[kind]]))) for kind in KINDS}
    yield f"{truth.folder.name}, {seeds} seeds: Cramer-Rao bound {bound_mm:.2f} mm"
    for kind, reference in zip(KINDS, (bound_mm, medians["lab"]), strict=True):
        share = medians[kind] / reference
        yield f"    {kind:6} median {medians[kind]:.2f} mm, {share:.3f} of the line above; {rest(results[kind])}"


def rest(draws: list[Found]) -> str:
    """What is said of all draws beside their errors."""
    inside = np.concatenate([one.inside for one in draws]).mean()
    missing, bridged = (np.mean([getattr(one, name) for one in draws]) for name in ("missing", "bridged"))
    wrong = sum(one.wrong_legs for one in draws)
    return f"inside {inside:.3f}, wrong legs {wrong}, missing {missing:.4f}, bridged {bridged:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noise", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=20)
    arguments = parser.parse_args()
    renoise = load_renoise(arguments.noise)
    for folder in arguments.sets:
        truth = TruthSet.of(folder)
        for line in lines(truth, renoise, arguments.seeds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
