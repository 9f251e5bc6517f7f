"""Boards: where their points are, which of them are neighbours, and what BOARD.toml may say."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.board_file import board_toml, read_board
from calibration.boards import Board
from calibration.errors import CalibrationError

CHARUCO = Board("charuco", 5, 7, 0.04, 0.03, "DICT_5X5_100")
GRID = Board("aruco_grid", 3, 4, 0.05, 0.04, "DICT_4X4_50")


def test_charuco_points_are_opencvs() -> None:
    theirs = cv2.aruco.CharucoBoard((5, 7), 0.04, 0.03, cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100))
    np.testing.assert_allclose(CHARUCO.points, theirs.getChessboardCorners(), atol=1e-7)


def test_grid_points_are_opencvs() -> None:
    theirs = cv2.aruco.GridBoard((3, 4), 0.04, 0.01, cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    np.testing.assert_allclose(GRID.points, np.array(theirs.getObjPoints()).reshape(-1, 3), atol=1e-7)
    np.testing.assert_allclose(GRID.edge_lengths, 0.04)


@pytest.mark.parametrize("board", [CHARUCO, Board("checkerboard", 9, 6, 0.025)])
def test_every_edge_joins_neighbours_once(board: Board) -> None:
    across, down = (board.columns - 1, board.rows - 1) if board.kind == "charuco" else (board.columns, board.rows)
    assert len(board.edges) == across * (down - 1) + down * (across - 1)
    assert len({tuple(sorted(edge)) for edge in board.edges.tolist()}) == len(board.edges)
    np.testing.assert_allclose(board.edge_lengths, board.square_m)


def test_the_back_of_a_plate_lies_behind_its_front_and_runs_the_other_way() -> None:
    plate = Board("charuco", 5, 7, 0.04, 0.03, "DICT_5X5_100", thickness_m=0.006)
    front, back = plate.points[: plate.side_points], plate.points[plate.side_points :]
    np.testing.assert_allclose(back[:, 2], 0.006)
    np.testing.assert_allclose(front[:, 0] + back[:, 0], plate.width_m)
    np.testing.assert_allclose(front[:, 1], back[:, 1])
    assert len(plate.edges) == 2 * len(CHARUCO.edges)


@pytest.mark.parametrize(("columns", "rows", "alike"), [(9, 6, 1), (8, 6, 2), (7, 5, 2)])
def test_a_checkerboard_with_an_odd_and_an_even_side_has_one_right_way_up(columns: int, rows: int, alike: int) -> None:
    board = Board("checkerboard", columns, rows, 0.03)
    assert len(board.look_alikes) == alike
    if alike == 2:
        turned = board.points[board.look_alikes[1]]
        np.testing.assert_allclose(
            (turned + board.points)[:, :2], np.broadcast_to(board.points[-1, :2], (len(turned), 2))
        )


@pytest.mark.parametrize(
    "board",
    [
        CHARUCO,
        GRID,
        Board("checkerboard", 9, 6, 0.025),
        Board("charuco", 4, 6, 0.054, 0.0405, "DICT_4X4_1000", inverted=True, legacy=True, thickness_m=0.004),
    ],
)
def test_board_file_round_trip(board: Board, tmp_path: Path) -> None:
    path = tmp_path / "BOARD.toml"
    path.write_text(board_toml(board), encoding="utf-8")
    assert read_board(path) == board


GOOD = 'type = "charuco"\ncolumns = 4\nrows = 5\nsquare_mm = 54.0\nmarker_mm = 40.5\ndictionary = "DICT_4X4_1000"\n'


def test_keys_of_other_kinds_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "BOARD.toml"
    path.write_text(GOOD.replace("charuco", "checkerboard"), encoding="utf-8")
    assert read_board(path) == Board("checkerboard", 4, 5, 0.054)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("square_mm", "square", r"unknown field `square`.*square_mm"),
        ("columns = 4", "", "missing required field `columns`"),
        ("columns = 4", 'columns = "4"', r"Expected `int`, got `str`.*columns"),
        ("columns = 4", "columns = 2", "columns = 2; a charuco has 3 to 200"),
        ("charuco", "chessboard", "type = 'chessboard' is unknown; choose one of charuco, checkerboard, aruco_grid"),
        ("54.0", "0.0", "square_mm = 0 must be the measured side"),
        ("40.5", "60.0", "marker_mm = 60 must lie between 0 and square_mm = 54"),
        ("DICT_4X4_1000", "DICT_4X4_7", "dictionary = 'DICT_4X4_7' is unknown; choose one of DICT_4X4_100"),
        ("columns = 4", "columns = 60\ntwo_sided = false", "needs 150 markers but DICT_4X4_50 has 50"),
        ("rows = 5", "rows = 5\ntwo_sided = true", "two_sided needs markers and thickness_mm"),
        ("rows = 5", "rows = = 5", "BOARD.toml"),
    ],
)
def test_a_wrong_board_file_is_answered_in_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "BOARD.toml"
    text = GOOD.replace(old, new)
    path.write_text(text.replace("1000", "50") if "DICT_4X4_50" in message else text, encoding="utf-8")
    with pytest.raises(CalibrationError, match=message) as caught:
        read_board(path)
    assert "\n" not in str(caught.value)
