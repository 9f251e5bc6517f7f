"""How often a leg's points end up on the other leg where a detector exchanges left and right, for moments.

    .venv/bin/python benchmarks/exchanged_legs.py TRUTH SET [SET ...] [--seeds 6]

TRUTH is the folder of the truth sets.  Every SET is turned at random and seen with its `lab` noise by all cameras, by
three and by two.  Legs, legs below the hips, or legs and arms are exchanged in a single view or in all at once.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.rig import Rig
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from tests.support.truth_people import HALPE_26, TruthPeople

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FRAMES, APART_M = 240, 0.12
VIEWS = ((0, 1, 2, 3), (0, 1, 2), (0, 1))
NOISE = noise_profile(HALPE_26)


def columns(*joints: str) -> Indices:
    return np.array([k for k, name in enumerate(HALPE_26.names) if name[1:] in joints])


BELOW_HIPS = columns("Knee", "Ankle", "BigToe", "SmallToe", "Heel")
LEGS = np.concatenate([columns("Hip"), BELOW_HIPS])
EXCHANGED = (LEGS, BELOW_HIPS, np.concatenate([LEGS, columns("Shoulder", "Elbow", "Wrist")]))


def partners() -> Indices:
    found = np.arange(len(HALPE_26))
    for left, right in HALPE_26.left_right_pairs:
        found[[left, right]] = right, left
    return found


PARTNER = partners()


@dataclass(frozen=True)
class Exchanges:
    """Share of the time in every view by itself, and in all views at once, for `frames` from and to."""

    alone: float
    everywhere: float
    frames: tuple[int, int]


KINDS = (
    Exchanges(0.2, 0.0, (2, 30)),
    Exchanges(0.3, 0.0, (20, 80)),
    Exchanges(0.0, 0.2, (5, 30)),
    Exchanges(0.07, 0.12, (5, 40)),
)


def exchange(uv: Array, confidence: Array, kind: Exchanges, rng: np.random.Generator) -> None:
    """Exchange joints of (C, F, K, 2) px with scores (C, F, K), in place."""
    views, frames = confidence.shape[:2]
    length = np.mean(kind.frames)
    alone = [((c,), f) for c, f in np.argwhere(rng.random((views, frames)) < kind.alone / length)]
    together = [(tuple(range(views)), f) for f in np.flatnonzero(rng.random(frames) < kind.everywhere / length)]
    for cameras, f in (*alone, *together):
        joints = EXCHANGED[int(rng.integers(len(EXCHANGED)))]
        now = slice(f, f + int(rng.integers(*kind.frames)))
        for c in cameras:
            for values in (uv[c, now], confidence[c, now]):
                values[:, joints] = values[:, PARTNER[joints]]


def wrong_share(people: TruthPeople, views: tuple[int, ...], kind: Exchanges, seed: int) -> float:
    """Share of a leg's points, where the legs are apart, that are nearer to the other leg."""
    rng = np.random.default_rng(seed)
    xyz = people.person(np.zeros((min(FRAMES, people.frames), 2)), turn=float(rng.uniform(0.0, 2.0 * np.pi)))
    trial, _ = people.record([xyz], seed=seed + 50)
    chosen = list(views)
    uv, confidence = trial.uv[chosen, :, 0].copy(), trial.confidence[chosen, :, 0].copy()
    exchange(uv, confidence, kind, rng)
    rig = Rig(tuple(people.rig.cameras[c] for c in views))
    found = clean_views(rig, HALPE_26, trial.time_s[chosen], uv, confidence, NOISE)
    points = trusted_points(rig, HALPE_26, trial.time_s[chosen], found).xyz
    own, other = (np.linalg.norm(points - where, axis=-1)[:, LEGS] for where in (xyz, xyz[:, PARTNER]))
    apart = np.linalg.norm(xyz - xyz[:, PARTNER], axis=-1)[:, LEGS] > APART_M
    return float((other < own)[apart].mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("truth", type=Path)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    for name in options.sets:
        people = TruthPeople(options.truth, name)
        for views in VIEWS:
            for kind in KINDS:
                shares = [100.0 * wrong_share(people, views, kind, seed) for seed in range(options.seeds)]
                print(
                    f"{name}, {len(views)} views, for {kind.frames[0]} to {kind.frames[1]} frames,"
                    f" {kind.alone:.0%} of the time in a view, {kind.everywhere:.0%} in all at once:"
                    f" {np.mean(shares):.2f} % on the other leg, at most {max(shares):.1f} %"
                )


if __name__ == "__main__":
    main()
