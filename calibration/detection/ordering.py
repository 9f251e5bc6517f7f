"""Whether the numbering of the corners can be that of a board at all."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import NOTHING, Detection
from calibration.detection.refinement import corner_pitch

# A wrong number puts a corner a whole square away; a strong lens bends the lattice by much less than half of one.
_LARGEST_MISS = 0.5
_LEAST_AGREEING = 0.7
_LEAST_CORNERS = 4


def ordered(board: Board, found: Detection) -> Detection:
    """Corners that lie on one picture of the board's lattice; nothing when too few do or the picture is a mirror's."""
    if len(found.ids) < _LEAST_CORNERS or not spans_a_plane(board, found):
        return found
    limit = _LARGEST_MISS * float(np.median(corner_pitch(board, found)))
    plane = board.points[found.ids, :2]
    H: Any = cv2.findHomography(plane, found.uv, cv2.RANSAC, limit)[0]
    if H is None:
        return NOTHING
    predicted = cv2.perspectiveTransform(plane[:, None], H)[:, 0]
    agrees = np.linalg.norm(predicted - found.uv, axis=-1) <= limit
    if agrees.mean() < _LEAST_AGREEING or _turns_left(board, found) != (board.points[found.ids[0], 2] > 0.0):
        return NOTHING
    return found.only(agrees)


def spans_a_plane(board: Board, found: Detection) -> bool:
    """Whether the corners are spread in two directions, on the board and in the picture."""
    return len(found.ids) >= _LEAST_CORNERS and _flatness(board.points[found.ids, :2]) and _flatness(found.uv)


def _flatness(points: NDArray[np.float64]) -> bool:
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] > 0.05 * spread[0])


def _turns_left(board: Board, found: Detection) -> bool:
    """Whether board x to board y turns anticlockwise on the screen, as on the back of a sheet of glass."""
    plane = board.points[found.ids, :2] - board.points[found.ids, :2].mean(axis=0)
    return bool(np.linalg.det(local_affine(plane, found.uv)) < 0.0)


def local_affine(plane: NDArray[np.float64], uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 2) linear map A, in `uv - mean = plane @ A`, of centred board coordinates (n, 2) to pixels (n, 2)."""
    gram = np.asarray(plane.T @ plane, dtype=float)
    return np.linalg.solve(gram, np.asarray(plane.T @ (uv - uv.mean(axis=0)), dtype=float))
