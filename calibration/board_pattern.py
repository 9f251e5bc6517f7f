"""What is black on a board: rectangles in metres, from which it is printed, and rendered in tests."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.markers import dictionary, opencv_charuco


class Rectangle(NamedTuple):
    """Axis-aligned, in the board's plane: corner nearest the origin and extent, metres."""

    x: float
    y: float
    width: float
    height: float


def black_rectangles(board: Board, *, back: bool = False) -> list[Rectangle]:
    """Black areas of one side of a board (white ones, if it is inverted), in the frame of that side's print."""
    if board.kind == "checkerboard":
        return _squares(board, board.columns + 1, board.rows + 1, parity=0, first=-board.square_m)
    if board.kind == "aruco_grid":
        first_id = board.columns * board.rows if back else 0
        corners = board.points[: board.side_points : 4, :2]
        return [r for i, (x, y) in enumerate(corners) for r in _marker(board, first_id + i, float(x), float(y))]
    return _charuco(board, back=back)


def _charuco(board: Board, *, back: bool) -> list[Rectangle]:
    # The legacy pattern begins with a white square when the number of rows is even.
    parity = 1 if board.legacy and board.rows % 2 == 0 else 0
    rectangles = _squares(board, board.columns, board.rows, parity, first=0.0)
    ids = np.asarray(opencv_charuco(board)[1 if back else 0].getIds()).ravel()
    gap = 0.5 * (board.square_m - board.marker_m)
    white = [(c, r) for r in range(board.rows) for c in range(board.columns) if (c + r) % 2 != parity]
    for marker, (column, row) in zip(ids, white, strict=True):
        rectangles += _marker(board, int(marker), column * board.square_m + gap, row * board.square_m + gap)
    return rectangles


def _squares(board: Board, columns: int, rows: int, parity: int, first: float) -> list[Rectangle]:
    side = board.square_m
    return [
        Rectangle(first + column * side, first + row * side, side, side)
        for row in range(rows)
        for column in range(columns)
        if (column + row) % 2 == parity
    ]


def _marker(board: Board, marker: int, x: float, y: float) -> list[Rectangle]:
    """Black cells of a marker, border included, one rectangle per run of cells in a row."""
    cells = _cells(board, marker)
    side = board.marker_m / len(cells)
    rectangles: list[Rectangle] = []
    for row, line in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        for start, end in edges.reshape(-1, 2):
            rectangles.append(Rectangle(x + start * side, y + row * side, (end - start) * side, side))
    return rectangles


def _cells(board: Board, marker: int) -> NDArray[np.bool_]:
    import cv2

    side = int(dictionary(board).markerSize) + 2
    return cv2.aruco.generateImageMarker(dictionary(board), marker, side) == 0
