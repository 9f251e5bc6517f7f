"""How large markers really are against their squares: a wrongly measured board shows itself here."""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np

from calibration.boards import Board
from calibration.detection.detection import Gray
from calibration.detection.markers import opencv_charuco
from geometry.marker_corners import refine_quads

_LEAST_CORNERS = 6


def marker_to_square(board: Board, pictures: Iterable[Gray]) -> float:
    """Median ratio of marker side to square side over pictures of a ChArUco board; NaN when none shows enough.

    The chessboard corners give the plane's homography, which carries the markers' corners back onto the board.
    """
    printed = opencv_charuco(board)[0]
    detector = cv2.aruco.CharucoDetector(printed)
    front = board.points[: board.side_points, :2]
    ratios: list[float] = []
    for gray in pictures:
        picture = 255 - gray if board.inverted else gray
        found: Any = detector.detectBoard(picture)
        corners, ids, markers, _ = found
        if ids is None or len(ids) < _LEAST_CORNERS or not markers:
            continue
        H: Any = cv2.findHomography(np.asarray(corners).reshape(-1, 2), front[np.asarray(ids).ravel()])[0]
        if H is None:
            continue
        quads = refine_quads(picture, np.asarray(markers, dtype=float).reshape(-1, 4, 2)).reshape(-1, 1, 2)
        sides = cv2.perspectiveTransform(quads, H).reshape(-1, 4, 2)
        ratios += list(np.linalg.norm(sides - np.roll(sides, 1, axis=1), axis=-1).ravel() / board.square_m)
    return float(np.median(ratios)) if ratios else float("nan")
