"""Which pictures teach the lens most: different places, distances and tilts, not forty times the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.detection.ordering import local_affine, spans_a_plane

Array = NDArray[np.float64]

MOST_VIEWS = 80
LEAST_CORNERS = 6


def usable(board: Board, found: Detection) -> bool:
    """Whether a picture shows enough of the board to say anything about a lens."""
    return len(found.ids) >= min(LEAST_CORNERS, board.side_points) and spans_a_plane(board, found)


def select_views(board: Board, detections: Sequence[Detection], size: tuple[int, int]) -> list[Detection]:
    """At most MOST_VIEWS usable detections, each time the one that differs most from those chosen (farthest point)."""
    candidates = [found for found in detections if usable(board, found)]
    if len(candidates) <= MOST_VIEWS:
        return candidates
    look = np.array([_look(board, found, size) for found in candidates])
    complete = np.array([len(found.ids) for found in candidates]) / board.side_points
    chosen = [int(np.argmax(complete))]
    distance = np.linalg.norm(look - look[chosen[0]], axis=1)
    while len(chosen) < MOST_VIEWS:
        farthest = int(np.argmax(distance * complete))
        chosen.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(look - look[farthest], axis=1))
    return [candidates[i] for i in sorted(chosen)]


def _look(board: Board, found: Detection, size: tuple[int, int]) -> Array:
    """Where the board is in the picture, how large, and how foreshortened in which direction."""
    plane = board.points[found.ids % board.side_points, :2]
    plane = plane - plane.mean(axis=0)
    centre = found.uv.mean(axis=0)
    affine = local_affine(plane, found.uv)
    strain = np.asarray(affine @ affine.T, dtype=float)
    spread, turn = np.linalg.eigh(strain)
    slant = 0.5 * np.log(spread[1] / max(float(spread[0]), 1e-12))
    angle = 2.0 * np.arctan2(turn[1, 1], turn[0, 1])
    scale = 0.25 * np.log(max(float(spread.prod()), 1e-12))
    return np.array([*(centre / size), scale, slant * np.cos(angle), slant * np.sin(angle)])
