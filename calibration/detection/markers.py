"""ChArUco boards and marker grids, front and back, by OpenCV's detectors."""

from typing import Any

import cv2
import numpy as np

from calibration.boards import Board
from calibration.detection.detection import NOTHING, Detection, Gray
from calibration.detection.edge_crossings import at_edge_crossings
from geometry.marker_corners import refine_quads


class FindCharuco:
    """Chessboard corners between markers."""

    def __init__(self, board: Board) -> None:
        parameters = cv2.aruco.DetectorParameters()
        # Two thresholding windows instead of three: half the time, 1 % fewer corners on real footage.
        parameters.adaptiveThreshWinSizeStep = 20
        self._detectors = [
            cv2.aruco.CharucoDetector(printed, cv2.aruco.CharucoParameters(), parameters)
            for printed in opencv_charuco(board)
        ]
        self._board = board

    def __call__(self, gray: Gray) -> Detection:
        """Corners of whichever side is seen."""
        found: list[Detection] = []
        for side, detector in enumerate(self._detectors):
            found_here: Any = detector.detectBoard(gray)
            uv, ids = found_here[:2]
            if ids is not None and len(ids):
                found.append(_detection(ids, uv, side * self._board.side_points))
        fullest = max(found, key=lambda detection: len(detection.ids), default=NOTHING)
        return at_edge_crossings(gray, self._board, fullest)


class FindMarkerGrid:
    """The four corners of every marker of a grid."""

    def __init__(self, board: Board) -> None:
        self._detector = cv2.aruco.ArucoDetector(dictionary(board))
        self._markers = board.columns * board.rows
        self._known = self._markers * (2 if board.two_sided else 1)
        self._side_points = board.side_points

    def __call__(self, gray: Gray) -> Detection:
        """Corners of the markers of whichever side shows more of them."""
        found: Any = self._detector.detectMarkers(gray)
        corners, ids = found[:2]
        if ids is None:
            return NOTHING
        ids = np.asarray(ids).ravel()
        known = ids < self._known
        if not known.any():
            return NOTHING
        ids, quads = ids[known], np.asarray(corners, dtype=float).reshape(-1, 4, 2)[known]
        sides = ids // self._markers
        seen = sides == np.bincount(sides).argmax()
        points = (4 * ids[seen][:, None] + np.arange(4)).ravel()
        return Detection(points.astype(np.int64), refine_quads(gray, quads[seen]).reshape(-1, 2))


def dictionary(board: Board) -> Any:
    """The markers of OpenCV's dictionary that are on a board.

    Whatever else in a picture looks like a marker is compared with every marker of the dictionary, four ways round:
    with a thousand of them that takes longer than everything else, and most of them are not printed.
    """
    whole = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, board.dictionary))
    printed = whole.bytesList[: _markers_on_a_side(board) * (2 if board.two_sided else 1)]
    return cv2.aruco.Dictionary(printed.copy(), whole.markerSize, whole.maxCorrectionBits)


def opencv_charuco(board: Board) -> list[Any]:
    """OpenCV's description of the front and, if there is one, the back of a ChArUco board."""
    size, markers = (board.columns, board.rows), _markers_on_a_side(board)
    sides: list[Any] = []
    for side in range(2 if board.two_sided else 1):
        ids = np.arange(markers, dtype=np.int32) + side * markers
        printed = cv2.aruco.CharucoBoard(size, board.square_m, board.marker_m, dictionary(board), ids)
        printed.setLegacyPattern(board.legacy)
        sides.append(printed)
    return sides


def _markers_on_a_side(board: Board) -> int:
    squares = board.columns * board.rows
    return squares // 2 if board.kind == "charuco" else squares


def _detection(ids: Any, uv: Any, first: int) -> Detection:
    return Detection(np.asarray(ids, dtype=np.int64).ravel() + first, np.asarray(uv, dtype=float).reshape(-1, 2))
