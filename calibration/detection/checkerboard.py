"""Plain checkerboards: found coarsely, refined at full resolution, numbered from the same corner every time."""

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import NOTHING, Detection, Gray
from calibration.detection.refinement import refine

Array = NDArray[np.float64]

_SEARCH_SIDE_PX = 1200


class FindCheckerboard:
    """All inner corners of a checkerboard, or nothing."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._size = (board.columns, board.rows)

    def __call__(self, gray: Gray) -> Detection:
        """Inner corners in rows, numbered from the one whose inner square is black where the board allows to tell."""
        shrink = min(1.0, _SEARCH_SIDE_PX / max(gray.shape))
        small = gray if shrink == 1.0 else cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        uv = _search(np.asarray(small, dtype=np.uint8), self._size)
        if uv is None:
            return NOTHING
        uv = (uv + 0.5) / shrink - 0.5
        ids = np.arange(len(uv))
        found = refine(gray, self._board, Detection(ids, uv))
        return _numbered(gray, self._board, found)


def _search(gray: Gray, size: tuple[int, int]) -> Array | None:
    # Most frames of a recording show no board; this costs a tenth of a search and misses none that it would find.
    if not cv2.checkChessboard(gray, size):
        return None
    flags = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE
    found, corners = cv2.findChessboardCorners(gray, size, flags=flags)
    if not found:
        found, corners = cv2.findChessboardCornersSB(gray, size, flags=cv2.CALIB_CB_NORMALIZE_IMAGE)
    return np.asarray(corners, dtype=float).reshape(-1, 2) if found else None


def _numbered(gray: Gray, board: Board, found: Detection) -> Detection:
    """Turn a board of odd and even side so that the square inside corner 0 is the black one of the two candidates."""
    if (board.columns + board.rows) % 2 == 0 or not found:
        return found
    first, last = _inner_square_level(gray, board, found, 0), _inner_square_level(gray, board, found, 1)
    if first > last:
        return Detection(board.side_points - 1 - found.ids, found.uv)
    return found


def _inner_square_level(gray: Gray, board: Board, found: Detection, end: int) -> float:
    """Brightness in the middle of the square inside the first (0) or last (1) corner; NaN when a corner is missing."""
    ids = np.array([0, 1, board.columns, board.columns + 1])
    if end:
        ids = board.side_points - 1 - ids
    where = np.searchsorted(found.ids, ids)
    if np.any(where >= len(found.ids)) or np.any(found.ids[where] != ids):
        return float("nan")
    quad = found.uv[where]
    centre = quad.mean(axis=0)
    inner = np.rint(centre + 0.5 * (quad - centre)).astype(int)
    x0, y0 = np.maximum(inner.min(axis=0), 0)
    x1, y1 = inner.max(axis=0) + 1
    patch = gray[y0:y1, x0:x1]
    return float(patch.mean()) if patch.size else float("nan")
