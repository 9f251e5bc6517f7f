"""What a camera shows when the board that was asked for is nowhere: the likeliest wrong key of BOARD.toml."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from calibration.boards import Board
from calibration.detection.detection import Gray
from calibration.detection.detector import BoardDetector
from calibration.footage.clips import Clip

_PICTURES = 6
_ENOUGH_MARKERS = 4
_ENOUGH_CORNERS = 12


def what_is_there(clip: Clip, board: Board) -> str:
    """One line: which board was not found, what was seen instead, and what to do."""
    numbers = clip.numbers()
    looked_at = set(numbers[:: max(1, len(numbers) // _PICTURES)][:_PICTURES])
    pictures = [picture.gray for picture in clip.pictures(looked_at)]
    wanted = f"{clip.path}: no {_name(board)} in {len(numbers)} frames"
    for guess, remedy in _with_these_markers(board):
        if _seen(pictures, guess):
            return f"{wanted}, but a {_name(guess)} is seen; {remedy}"
    markers = _markers_seen(pictures)
    if markers:
        return f"{wanted}; markers of {markers} are seen: check type, columns, rows and dictionary in BOARD.toml"
    squares = _checkerboard_seen(pictures)
    if squares and board.kind == "charuco" and sorted(squares) == sorted((board.columns - 1, board.rows - 1)):
        return f"{wanted}: its squares are seen but no marker of it can be read; check dictionary and focus, go nearer"
    if squares:
        remedy = f'set type = "checkerboard", columns = {squares[0]}, rows = {squares[1]} (inner corners)'
        return f"{wanted}, but a plain checkerboard is seen; {remedy}"
    return (
        f"{wanted}, and no other board either; check BOARD.toml, focus and light, and that the board fills more of it"
    )


def _with_these_markers(board: Board) -> Iterator[tuple[Board, str]]:
    if board.kind != "checkerboard":
        yield replace(board, inverted=not board.inverted), f"set inverted = {str(not board.inverted).lower()}"
    if board.kind == "charuco":
        yield replace(board, legacy=not board.legacy), f"set legacy = {str(not board.legacy).lower()}"
        yield replace(board, kind="aruco_grid"), 'set type = "aruco_grid"'
    if board.columns != board.rows:
        yield replace(board, columns=board.rows, rows=board.columns), "exchange columns and rows"


def _seen(pictures: list[Gray], board: Board) -> bool:
    detector = BoardDetector(board)
    enough = max(4, board.side_points // 3)
    return any(len(detector(picture).ids) >= enough for picture in pictures)


def _markers_seen(pictures: list[Gray]) -> str:
    """Name of the first dictionary of which a few markers are seen in one picture, "" when there is none."""
    import cv2

    for name in ("DICT_4X4_1000", "DICT_5X5_1000", "DICT_6X6_1000", "DICT_7X7_1000", "DICT_APRILTAG_36h11"):
        detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name)))
        for picture in pictures:
            for gray in (picture, 255 - picture):
                ids: Any = detector.detectMarkers(gray)[1]
                if ids is not None and len(ids) >= _ENOUGH_MARKERS:
                    return name
    return ""


def _checkerboard_seen(pictures: list[Gray]) -> tuple[int, int] | None:
    """Inner corners across and down of the largest plain checkerboard found, the longer side first."""
    import cv2

    flags = cv2.CALIB_CB_LARGER | cv2.CALIB_CB_NORMALIZE_IMAGE
    sizes: list[tuple[int, int]] = []
    for picture in pictures:
        for gray in (picture, 255 - picture):
            found: Any = cv2.findChessboardCornersSBWithMeta(gray, (3, 3), flags)
            if found[0] and np.size(found[2]) >= _ENOUGH_CORNERS:
                down, across = np.shape(found[2])
                sizes.append((max(across, down), min(across, down)))
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _name(board: Board) -> str:
    what = {"charuco": "ChArUco board", "checkerboard": "checkerboard", "aruco_grid": "marker grid"}[board.kind]
    looks = " inverted" * board.inverted + " legacy" * board.legacy
    return f"{board.columns}x{board.rows}{looks} {what}" + (f" of {board.dictionary}" if board.dictionary else "")
