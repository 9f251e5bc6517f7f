"""What is printed is what is detected, true to scale."""

import re

import cv2
import numpy as np
import pytest

from calibration.board_pattern import black_rectangles
from calibration.board_print import board_pdf
from calibration.boards import Board
from calibration.detection.detector import BoardDetector
from calibration.detection.marker_size import marker_to_square
from tests.support.virtual_boards import board_texture

BOARDS = [
    Board("charuco", 4, 5, 0.05, 0.0375, "DICT_4X4_1000"),
    Board("charuco", 5, 4, 0.05, 0.0375, "DICT_4X4_1000", legacy=True),
    Board("charuco", 4, 5, 0.05, 0.03, "DICT_APRILTAG_36h11", inverted=True),
    Board("checkerboard", 9, 6, 0.03),
    Board("checkerboard", 7, 5, 0.03, inverted=True),
    Board("aruco_grid", 4, 3, 0.05, 0.04, "DICT_6X6_250"),
]


def _picture(board: Board) -> tuple[np.ndarray, float, float]:
    texture, per_metre, margin = board_texture(board)
    return np.rint(cv2.GaussianBlur(texture, (0, 0), 1.5)).astype(np.uint8), per_metre, margin


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: f"{board.kind}-{board.dictionary}")
def test_the_detector_finds_every_point_where_it_is_printed(board: Board) -> None:
    picture, per_metre, margin = _picture(board)
    found = BoardDetector(board)(picture)
    assert sorted(found.ids) == list(range(board.side_points))
    expected = (board.points[found.ids, :2] + margin) * per_metre - 0.5
    # Chessboard corners are saddles and exact, unless a marker's blur reaches into them.
    np.testing.assert_allclose(
        found.uv, expected, atol={"checkerboard": 0.01, "charuco": 0.06, "aruco_grid": 0.13}[board.kind]
    )


def test_the_back_shows_the_markers_that_follow() -> None:
    plate = Board("charuco", 4, 5, 0.05, 0.0375, "DICT_4X4_1000", thickness_m=0.005)
    front = {rectangle[:2] for rectangle in black_rectangles(plate)}
    back = {rectangle[:2] for rectangle in black_rectangles(plate, back=True)}
    assert front != back


def test_markers_measure_what_the_board_file_says() -> None:
    board = Board("charuco", 6, 5, 0.05, 0.0375, "DICT_5X5_100")
    picture, _, _ = _picture(board)
    assert marker_to_square(board, [picture]) == pytest.approx(0.75, rel=0.01)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: f"{board.kind}-{board.dictionary}")
def test_the_pdf_draws_the_pattern_true_to_scale(board: Board) -> None:
    text = board_pdf(board).decode("latin-1")
    assert text.startswith("%PDF-")
    assert text.rstrip().endswith("%%EOF")
    drawn = np.array([list(map(float, match)) for match in re.findall(r"^(\S+) (\S+) (\S+) (\S+) re f$", text, re.M)])
    mm = drawn * 25.4 / 72.0
    wanted = 1e3 * np.array([[r.width, r.height] for r in black_rectangles(board)])
    first = 1 if board.inverted else 0
    np.testing.assert_allclose(mm[first : first + len(wanted), 2:], wanted, atol=1e-3)
    ruler = mm[first + len(wanted)]
    assert ruler[2] == pytest.approx(100.0, abs=1e-3)


def test_the_pdf_is_well_formed() -> None:
    plate = Board("charuco", 4, 5, 0.05, 0.0375, "DICT_4X4_1000", thickness_m=0.005)
    content = board_pdf(plate)
    table = int(re.findall(rb"startxref\n(\d+)", content)[0])
    assert content[table : table + 4] == b"xref"
    offsets = [int(match) for match in re.findall(rb"^(\d{10}) 00000 n", content, re.M)]
    for number, offset in enumerate(offsets, start=1):
        assert content[offset:].startswith(f"{number} 0 obj".encode())
    assert content.count(b"/Type /Page ") == 2
    for length, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", content, re.S):
        assert int(length) == len(stream)
