"""The one way to find a board, whatever its kind."""

import numpy as np

from calibration.boards import Board
from calibration.detection.detection import Detection, FindBoard, Gray
from calibration.detection.ordering import ordered
from calibration.detection.refinement import clear


class BoardDetector:
    """Finds a board's points in gray pictures: refined, checked for contrast and for plausible numbering.

    Not to be shared between threads.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._find = _finder(board)

    def __call__(self, gray: Gray) -> Detection:
        """Points found in a (height, width) picture; empty when the board is not there."""
        picture = np.subtract(255, gray, dtype=np.uint8) if self._board.inverted else gray
        found = self._find(picture)
        if not found:
            return found
        return ordered(self._board, found.only(clear(picture, self._board, found)))


def _finder(board: Board) -> FindBoard:
    if board.kind == "checkerboard":
        from calibration.detection.checkerboard import FindCheckerboard

        return FindCheckerboard(board)
    from calibration.detection.markers import FindCharuco, FindMarkerGrid

    return FindCharuco(board) if board.kind == "charuco" else FindMarkerGrid(board)
