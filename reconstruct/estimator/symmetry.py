"""The two sides of a person are alike: knowledge that no keypoint carries, but that tells biases from bodies.

Four views that all see the right hip 8 mm too high and the left one 8 mm too low look just like a pelvis that drops by
5 deg.  Bones of one person differ less between the sides than those of two persons, and somebody who is asked to stand
still stands evenly on both feet.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reconstruct.estimator.belief import FIRST_MEAN, Belief
from reconstruct.estimator.priors import MEAN_DOFS
from reconstruct.kernels.skeleton import DOF_NAMES, SHANK_L, SHANK_R, THIGH_L, THIGH_R, offset_index


@dataclass(frozen=True)
class Pair:
    """Two globals, right and left, that are equal up to `sign` and a difference of standard deviation `sd`."""

    right: int
    left: int
    sd: float
    sign: float = 1.0


_BONE_DIFFERENCE_M = 0.006
_POINT_DIFFERENCE_M = {"Hip": 0.005, "Heel": 0.006, "BigToe": 0.006, "SmallToe": 0.006, "Shoulder": 0.015}
"""How differently the two sides are built, and how differently a detector places its keypoints on them."""
_STANCE_DIFFERENCE_DEG = {"hip_rotation": 6.0, "knee_adduction": 2.5, "knee_rotation": 4.0, "subtalar": 5.0}
"""How differently people hold their two legs when they stand with even feet."""


def _offset_pairs(point: str, sd: float) -> list[Pair]:
    right, left = offset_index("R" + point), offset_index("L" + point)
    return [Pair(right + axis, left + axis, sd, -1.0 if axis == 2 else 1.0) for axis in range(3)]


def _mean_pair(joint: str, sd_deg: float) -> Pair:
    right, left = (FIRST_MEAN + MEAN_DOFS.index(DOF_NAMES.index(f"{joint}_{side}")) for side in "rl")
    return Pair(right, left, math.radians(sd_deg))


BODY = (
    Pair(THIGH_R, THIGH_L, _BONE_DIFFERENCE_M),
    Pair(SHANK_R, SHANK_L, _BONE_DIFFERENCE_M),
    *(pair for point, sd in _POINT_DIFFERENCE_M.items() for pair in _offset_pairs(point, sd)),
)
"""What is alike in every body."""
STANCE = tuple(_mean_pair(joint, sd) for joint, sd in _STANCE_DIFFERENCE_DEG.items())
"""What is alike in addition while the person stands still."""


def given_alike(belief: Belief, pairs: Sequence[Pair]) -> Belief:
    """The belief conditioned on the pairs being alike (a Kalman update with their differences, all observed as 0)."""
    H = np.zeros((len(pairs), len(belief.mean)))
    for row, pair in zip(H, pairs, strict=True):
        row[pair.right], row[pair.left] = 1.0, -pair.sign
    spread = H @ belief.covariance
    gain = np.linalg.solve(spread @ H.T + np.diag([pair.sd**2 for pair in pairs]), spread).T
    covariance = belief.covariance - gain @ spread
    return replace(belief, mean=belief.mean - gain @ (H @ belief.mean), covariance=0.5 * (covariance + covariance.T))
