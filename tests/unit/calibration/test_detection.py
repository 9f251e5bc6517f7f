"""Corners in rendered pictures: how exactly they are found, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.detection.detector import BoardDetector
from calibration.detection.diagnosis import what_is_there
from calibration.detection.ordering import ordered, spans_a_plane
from calibration.detection.refinement import refine
from calibration.footage.folder import open_folder
from geometry import se3
from geometry.camera_model import project
from tests.support.virtual_boards import as_arrays, looking_at, render, ring

CHARUCO = Board("charuco", 6, 5, 0.08, 0.06, "DICT_5X5_100")
CHECKER = Board("checkerboard", 8, 5, 0.08)
CAMERA = ring(1, size=(960, 720)).cameras[0]


def _pose(board: Board, distance_m: float = 1.6, turn: tuple[float, float, float] = (0.3, -0.4, 0.2)) -> np.ndarray:
    """T_world_board in front of CAMERA."""
    rotation = se3.rotation_from_vector(turn)
    middle = board.points.mean(axis=0)
    T_camera_board = se3.compose(rotation, np.array([0.05, -0.03, distance_m]) - rotation @ middle)
    return se3.invert(CAMERA.T_camera_world) @ T_camera_board


@pytest.mark.parametrize("board", [CHARUCO, CHECKER], ids=["charuco", "checkerboard"])
@pytest.mark.parametrize("turn", [(0.3, -0.4, 0.2), (0.0, 0.6, 1.6), (-0.5, 0.1, 3.0)])
def test_corners_are_found_to_a_tenth_of_a_pixel(board: Board, turn: tuple[float, float, float]) -> None:
    pose = _pose(board, turn=turn)
    found = BoardDetector(board)(render(CAMERA, board, pose, np.random.default_rng(0)))
    assert len(found.ids) >= 0.9 * board.side_points
    miss = found.uv - project(as_arrays(CAMERA), 0, se3.apply(pose, board.points[found.ids]))
    assert np.sqrt((miss**2).mean()) < 0.1
    assert np.abs(miss.mean(axis=0)).max() < 0.05


@pytest.mark.parametrize("turn", [(0.75, 0.2, 0.4), (0.1, -0.8, 1.2)])
def test_no_corner_of_a_small_tilted_board_is_far_off(turn: tuple[float, float, float]) -> None:
    """Squares of 20 to 30 px, between whose markers hardly three pixels are free."""
    pose = _pose(CHARUCO, distance_m=2.0, turn=turn)
    found = BoardDetector(CHARUCO)(render(CAMERA, CHARUCO, pose, np.random.default_rng(0)))
    assert len(found.ids) >= 0.7 * CHARUCO.side_points
    miss = found.uv - project(as_arrays(CAMERA), 0, se3.apply(pose, CHARUCO.points[found.ids]))
    assert np.abs(miss).max() < 0.35
    assert np.abs(miss.mean(axis=0)).max() < 0.08


def test_an_empty_picture_shows_nothing() -> None:
    flat = np.full((480, 640), 128, np.uint8)
    for board in (CHARUCO, CHECKER, Board("aruco_grid", 3, 3, 0.05, 0.04, "DICT_4X4_50")):
        assert not BoardDetector(board)(flat)


def test_a_smear_over_half_the_board_costs_only_that_half() -> None:
    picture = render(CAMERA, CHARUCO, _pose(CHARUCO, turn=(0.0, 0.0, 0.0)), np.random.default_rng(0))
    smeared = picture.copy()
    smeared[:, :480] = cv2.GaussianBlur(picture, (0, 0), 14.0)[:, :480]
    found = BoardDetector(CHARUCO)(smeared)
    assert 4 <= len(found.ids) < CHARUCO.side_points
    assert found.uv[:, 0].min() > 450


def test_the_wrong_board_is_not_found() -> None:
    picture = render(CAMERA, CHARUCO, _pose(CHARUCO), np.random.default_rng(0))
    other = Board("charuco", 6, 5, 0.08, 0.06, "DICT_6X6_100")
    assert not BoardDetector(other)(picture)
    assert not BoardDetector(CHECKER)(picture)


def _exact(board: Board) -> Detection:
    ids = np.arange(board.side_points)
    return Detection(ids, project(as_arrays(CAMERA), 0, se3.apply(_pose(board), board.points[ids])))


def test_a_wrongly_numbered_corner_is_dropped() -> None:
    exact = _exact(CHECKER)
    uv = exact.uv.copy()
    uv[[3, 4]] = uv[[4, 3]]
    kept = ordered(CHECKER, Detection(exact.ids, uv))
    assert set(exact.ids) - set(kept.ids) == {3, 4}


def test_a_mirrored_or_scrambled_board_is_refused() -> None:
    exact = _exact(CHECKER)
    mirrored = exact.uv * [-1, 1] + [CAMERA.size[0], 0]
    assert not ordered(CHECKER, Detection(exact.ids, mirrored))
    scrambled = np.random.default_rng(1).permutation(exact.uv)
    assert not ordered(CHECKER, Detection(exact.ids, scrambled))
    assert len(ordered(CHECKER, exact).ids) == len(exact.ids)


def test_corners_on_one_line_span_no_plane() -> None:
    exact = _exact(CHECKER)
    assert spans_a_plane(CHECKER, exact)
    assert not spans_a_plane(CHECKER, exact.only(exact.ids < CHECKER.columns))
    assert not spans_a_plane(CHECKER, exact.only(exact.ids < 3))


def test_refinement_returns_to_the_saddle_from_two_pixels_away() -> None:
    exact = _exact(CHECKER)
    picture = render(CAMERA, CHECKER, _pose(CHECKER), np.random.default_rng(0))
    start = Detection(exact.ids, exact.uv + np.random.default_rng(2).uniform(-2, 2, exact.uv.shape))
    refined = refine(picture, CHECKER, start)
    assert len(refined.ids) == len(exact.ids)
    assert np.sqrt(((refined.uv - exact.uv) ** 2).mean()) < 0.1


def test_a_checkerboard_is_numbered_from_the_same_corner_whichever_way_it_is_held() -> None:
    for roll in (0.0, np.pi / 2, np.pi, -np.pi / 2):
        pose = _pose(CHECKER, turn=(0.0, 0.0, roll))
        found = BoardDetector(CHECKER)(render(CAMERA, CHECKER, pose, np.random.default_rng(0)))
        expected = project(as_arrays(CAMERA), 0, se3.apply(pose, CHECKER.points[found.ids]))
        assert np.abs(found.uv - expected).max() < 1.0


def test_the_camera_in_these_tests_is_upright() -> None:
    T = looking_at(np.array([2.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(T[1, :3], [0, 0, -1], atol=1e-12)


def test_squares_whose_markers_cannot_be_read_are_not_taken_for_another_board(tmp_path: Path) -> None:
    """Without its markers a ChArUco board is a checkerboard of one square less each way."""
    bare = Board("checkerboard", 5, 4, 0.1)
    (tmp_path / "cam").mkdir()
    for k in range(3):
        picture = render(CAMERA, bare, _pose(bare, turn=(0.1 * k, 0.0, 0.0)), np.random.default_rng(k))
        cv2.imwrite(str(tmp_path / "cam" / f"{k}.png"), picture)
    said = what_is_there(open_folder(tmp_path)[0], CHARUCO)
    assert "no 6x5 ChArUco board of DICT_5X5_100 in 3 frames: its squares are seen but no marker" in said


@pytest.mark.parametrize("name", ["DICT_4X4_1000", "DICT_5X5_100", "DICT_APRILTAG_36h11"])
def test_a_board_is_found_alike_among_its_own_markers_and_among_all(name: str) -> None:
    board = Board("charuco", 6, 5, 0.08, 0.06, name)
    gray = render(CAMERA, board, _pose(board), np.random.default_rng(0))
    whole = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))
    printed = cv2.aruco.CharucoBoard((6, 5), 0.08, 0.06, whole)
    corners, ids, _, _ = cv2.aruco.CharucoDetector(printed).detectBoard(gray)
    found = BoardDetector(board)(gray)
    np.testing.assert_array_equal(found.ids, np.asarray(ids).ravel())
    np.testing.assert_allclose(found.uv, np.asarray(corners).reshape(-1, 2), atol=0.5)
