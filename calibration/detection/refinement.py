"""Where exactly a corner is, and whether the picture is good enough there to say so."""

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import Detection, Gray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Half side of the search window as a share of the distance to the next corner: large enough to average noise, small
# enough never to see that next corner.
_WINDOW = 1.0 / 3.0
_SMALLEST_WINDOW_PX = 2
_CRITERIA = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 1e-4)

# A corner this much paler than the picture's typical one lies in glare or in a smear.
_FAINT = 0.25
_FLAT_GREY_LEVELS = 12.0


def corner_pitch(board: Board, found: Detection) -> Array:
    """(n,) px from each corner to its nearest neighbour on the board; the median where it has none."""
    position = np.full((len(board.points), 2), np.nan)
    position[found.ids] = found.uv
    a, b = board.edges.T
    length = np.linalg.norm(position[a] - position[b], axis=-1)
    pitch = np.full(len(board.points), np.inf)
    known = np.isfinite(length)
    np.minimum.at(pitch, a[known], length[known])
    np.minimum.at(pitch, b[known], length[known])
    pitch = pitch[found.ids]
    lone = ~np.isfinite(pitch)
    pitch[lone] = np.median(pitch[~lone]) if not lone.all() else 3.0 * _SMALLEST_WINDOW_PX
    return pitch


def refine(gray: Gray, board: Board, found: Detection) -> Detection:
    """Corners at their sub-pixel saddle points; those that ran away from where they were found are dropped."""
    window = max(round(float(corner_pitch(board, found).min()) * _WINDOW), _SMALLEST_WINDOW_PX)
    start = found.uv.astype(np.float32).reshape(-1, 1, 2)
    uv = cv2.cornerSubPix(gray, start, (window, window), (-1, -1), _CRITERIA).reshape(-1, 2).astype(float)
    stayed = np.linalg.norm(uv - found.uv, axis=-1) <= window
    return Detection(found.ids, uv).only(stayed)


def clear(gray: Gray, board: Board, found: Detection) -> Mask:
    """(n,) corners with contrast of their own: not in glare, not smeared by motion."""
    half = np.maximum(np.rint(corner_pitch(board, found) * _WINDOW).astype(int), _SMALLEST_WINDOW_PX)
    contrast = np.array([_contrast(gray, uv, int(side)) for uv, side in zip(found.uv, half, strict=True)])
    return contrast > max(_FAINT * float(np.median(contrast)), _FLAT_GREY_LEVELS)


def _contrast(gray: Gray, uv: Array, half: int) -> float:
    u, v = np.rint(uv).astype(int)
    patch = gray[max(v - half, 0) : v + half + 1, max(u - half, 0) : u + half + 1]
    if patch.size == 0:
        return 0.0
    low, high = np.percentile(patch, [10, 90])
    return float(high - low)
