"""What is under a place of the screen: plain geometry of the watcher's eye and of what stands in the world."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.screen_quads import Screen

Array = NDArray[np.float64]
Segments = tuple[Array, Array]
"""Starts and ends (n, 3) of straight pieces of one thing, world, metres; NaN where unknown."""

REACH_PX = 16.0
"""So far from the nearest piece of a thing it is still meant."""
_NEAREST_M = 0.05


def picked(screen: Screen, at_px: ArrayLike, things: Sequence[Segments]) -> int | None:
    """Index of the thing that a watcher means who points at `at_px` (2,); None where nothing is near enough."""
    distances = [distance_px(screen, at_px, *segments) for segments in things]
    best = min(range(len(distances)), key=distances.__getitem__, default=None)
    return best if best is not None and distances[best] <= REACH_PX else None


def distance_px(screen: Screen, at_px: ArrayLike, starts: Array, ends: Array) -> float:
    """Pixels between a place on the screen and the nearest of some segments; infinite where none is before the eye.

    Parameters
    ----------
    screen : what is looked at
    at_px : (2,) px
    starts, ends : (n, 3) world, metres
    """
    (start_px, start_m), (end_px, end_m) = screen.project(starts), screen.project(ends)
    seen = (start_m > _NEAREST_M) & (end_m > _NEAREST_M)  # False where a depth is NaN
    if not seen.any():
        return np.inf
    along, towards = (end_px - start_px)[seen], np.asarray(at_px, float) - start_px[seen]
    length2 = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip((along * towards).sum(axis=1) / length2, 0.0, 1.0)
    return float(np.linalg.norm(towards - share[:, None] * along, axis=1).min())
