"""ChArUco corners to sub-pixels: where the edges of the squares cross, markers left out of it."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import Detection, Gray
from calibration.detection.ordering import spans_a_plane
from calibration.kernels.saddle_points import saddle_points

Array = NDArray[np.float64]

# Strips along the edges: this far from the corner in squares, and aside up to a pixel from where a marker begins, so
# that blur does not bring it in; never narrower than an edge is blurred.
_REACH = 0.45
_CLEARANCE_PX = 1.0
_NARROWEST_PX = 2.0

# OpenCV's corner is rarely off by more; a saddle found further away belongs to something else.
_LARGEST_MOVE = 0.15
_LARGEST_MOVE_PX = 1.5


def at_edge_crossings(gray: Gray, board: Board, found: Detection) -> Detection:
    """Corners of a ChArUco board where their squares' edges cross; those without a clear crossing are dropped.

    OpenCV refines each corner in a window that ends where the nearest marker begins: of a board far away or tilted
    that leaves three pixels across, and errors of a pixel.
    """
    along = _squares(board, found)
    if along is None:
        return found
    area = np.abs(np.linalg.det(along))
    span = area[:, None] / np.linalg.norm(along, axis=2)
    margin = 0.5 * (board.square_m - board.marker_m) / board.square_m
    width = np.maximum(margin * span - _CLEARANCE_PX, _NARROWEST_PX)
    uv = np.empty_like(found.uv)
    saddle_points(np.ascontiguousarray(gray), found.uv, along, width, _REACH, uv)
    moved = np.linalg.norm(uv - found.uv, axis=1)
    return Detection(found.ids, uv).only(moved <= np.maximum(_LARGEST_MOVE * span.min(axis=1), _LARGEST_MOVE_PX))


def _squares(board: Board, found: Detection) -> Array | None:
    """(n, 2, 2) px that one square covers along board x and y at each corner; None when the corners do not tell."""
    if not spans_a_plane(board, found):
        return None
    plane = board.points[found.ids, :2]
    H: Any = cv2.findHomography(plane, found.uv, cv2.RANSAC, 3.0)[0]
    if H is None:
        return None
    mapped = np.column_stack([plane, np.ones(len(plane))]) @ np.asarray(H, dtype=float).T
    uv, depth = mapped[:, :2] / mapped[:, 2:], mapped[:, 2]
    jacobian = (H[None, :2, :2] - uv[:, :, None] * H[None, 2:, :2]) / depth[:, None, None]
    return np.ascontiguousarray(np.swapaxes(jacobian, 1, 2) * board.square_m)
