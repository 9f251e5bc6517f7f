"""The world from a floor board, known points, feet, or a guess: upright, metric, with an honest residual."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.boards import Board
from calibration.errors import CalibrationError
from calibration.world_frame.feet import world_from_feet
from calibration.world_frame.floor_board import world_from_floor_board
from calibration.world_frame.guess import guessed_up, guessed_world
from calibration.world_frame.known_points import KnownPoints, read_known_points, world_from_known_points
from geometry import se3
from geometry.camera_model import project
from geometry.rig import Rig
from tests.support.virtual_boards import BIG_BOARD, Noise, pictures_of_boards, ring

TRUE = ring(4)
# A rig as a solver leaves it: everything relative to some camera.
SOMEWHERE = se3.compose(se3.rotation_from_vector([0.7, -1.1, 0.4]), np.array([1.0, -2.0, 0.5]))
SOLVED = TRUE.moved(SOMEWHERE)


def _on_floor(board: Board, x: float, y: float, heading: float) -> np.ndarray:
    """T_world_board of a board lying print up with its first corner at (x, y, 0)."""
    rotation = se3.rotation_from_vector([0.0, 0.0, heading]) @ np.diag([1.0, -1.0, -1.0])
    return se3.compose(rotation, np.array([x, y, 0.0]))


def _centres(rig: Rig) -> np.ndarray:
    return np.array([camera.centre_world for camera in rig.cameras])


def test_a_floor_board_gives_origin_axes_and_floor() -> None:
    lying = _on_floor(BIG_BOARD, 0.3, 0.2, 0.5)
    pictures = pictures_of_boards(TRUE, BIG_BOARD, lying[None], Noise(0.2, np.random.default_rng(0)))
    world = world_from_floor_board(BIG_BOARD, pictures, SOLVED)
    # World = board frame turned print up: X along its columns, Y against its rows, Z up.
    expected = TRUE.moved(se3.compose(np.diag([1.0, -1.0, -1.0]), np.zeros(3)) @ se3.invert(lying))
    np.testing.assert_allclose(_centres(SOLVED.moved(world.T_world_rig)), _centres(expected), atol=5e-3)
    assert world.has_floor
    assert world.floor_rms_m < 1e-3


def test_several_places_on_the_floor_fix_its_slope_better_than_one() -> None:
    noise = Noise(0.5, np.random.default_rng(1))
    places = np.array(
        [_on_floor(BIG_BOARD, x, y, h) for x, y, h in ((-0.8, 0.3, 0.1), (0.2, 0.9, 2.0), (0.1, -0.4, -1.0))]
    )
    pictures = pictures_of_boards(TRUE, BIG_BOARD, places, noise)
    world = world_from_floor_board(BIG_BOARD, pictures, SOLVED)
    heights = _centres(SOLVED.moved(world.T_world_rig))[:, 2]
    np.testing.assert_allclose(heights, _centres(TRUE)[:, 2], atol=3e-3)


def test_one_camera_is_enough_for_a_floor_but_not_none() -> None:
    lying = _on_floor(BIG_BOARD, 0.3, 0.2, 0.5)
    pictures = pictures_of_boards(TRUE, BIG_BOARD, lying[None], Noise(0.1, np.random.default_rng(2)))
    world = world_from_floor_board(BIG_BOARD, pictures[:1], SOLVED)
    np.testing.assert_allclose(_centres(SOLVED.moved(world.T_world_rig))[:, 2], _centres(TRUE)[:, 2], atol=0.1)
    with pytest.raises(CalibrationError, match="shows no board"):
        world_from_floor_board(BIG_BOARD, [], SOLVED)


def test_without_a_floor_up_is_where_level_cameras_say() -> None:
    up = guessed_up(SOLVED)
    np.testing.assert_allclose(SOMEWHERE[:3, :3].T @ up, [0, 0, 1], atol=0.02)
    points = se3.apply(SOMEWHERE, np.random.default_rng(0).uniform([-1, -1, 0.4], [1, 1, 1.5], (200, 3)))
    world = guessed_world(SOLVED, points)
    placed = SOLVED.moved(world.T_world_rig)
    assert not world.has_floor
    assert _centres(placed)[:, 2].min() > 0.0
    assert np.linalg.det(world.T_world_rig[:3, :3]) == pytest.approx(1.0)


def test_two_cameras_side_by_side_still_have_an_up() -> None:
    pair = Rig((TRUE.cameras[0], replace(TRUE.cameras[0], name="b")))
    np.testing.assert_allclose(guessed_up(pair) @ [0, 0, 1], 1.0, atol=0.2)


POINTS = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 1.0]])


def _clicked(points: np.ndarray) -> np.ndarray:
    return np.array([project(TRUE.arrays, c, points) for c in range(len(TRUE))])


def test_known_points_bring_the_rig_into_their_world() -> None:
    world = world_from_known_points(KnownPoints(POINTS, _clicked(POINTS)), SOLVED)
    np.testing.assert_allclose(_centres(SOLVED.moved(world.T_world_rig)), _centres(TRUE), atol=1e-6)
    assert world.floor_rms_m < 1e-6


def test_known_points_that_do_not_suffice() -> None:
    uv = _clicked(POINTS)
    uv[1:] = np.nan
    with pytest.raises(CalibrationError, match="0 known points were clicked in two cameras"):
        world_from_known_points(KnownPoints(POINTS, uv), SOLVED)
    line = POINTS[[0, 1, 1]] * [[1, 1, 1], [1, 1, 1], [2, 1, 1]]
    with pytest.raises(CalibrationError, match="on one line"):
        world_from_known_points(KnownPoints(line, _clicked(line)), SOLVED)


def test_known_points_are_read_from_csv(tmp_path: Path) -> None:
    uv = _clicked(POINTS)
    path = tmp_path / "points.csv"
    rows = [
        f"{camera.name},p{n},{uv[c, n, 0]},{uv[c, n, 1]},{x},{y},{z}"
        for c, camera in enumerate(TRUE.cameras)
        for n, (x, y, z) in enumerate(POINTS)
    ]
    path.write_text("camera,point,u,v,x_m,y_m,z_m\n" + "\n".join(rows), encoding="utf-8")
    known = read_known_points(path, TRUE.names)
    np.testing.assert_allclose(known.uv, uv)
    np.testing.assert_allclose(known.xyz, POINTS)
    path.write_text("camera,point,u,v,x_m,y_m,z_m\ncam77,a,1,2,0,0,0\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match="line 2 names camera 'cam77'; the rig has cam01, cam02"):
        read_known_points(path, TRUE.names)
    path.write_text("camera,point,u\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match="wanted camera,point,u,v,x_m"):
        read_known_points(path, TRUE.names)


def _steps(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feet (F, 2, 3) that step about a floor, lifted in between; head (F, 3); times."""
    time_s = np.arange(0, 12, 0.02)
    stride = (time_s // 1.0).astype(int)
    spots = rng.uniform([-1, -1, 0], [1, 1, 0], (13, 2, 3))
    feet = spots[stride]
    swing = (time_s % 1.0) > 0.7
    feet[swing, 0, 2] += np.sin((time_s[swing] % 1.0 - 0.7) / 0.3 * np.pi) * 0.2
    head = np.concatenate([feet.mean(axis=1)[:, :2], np.full((len(time_s), 1), 1.6)], axis=1)
    return feet + rng.normal(0, 1e-3, feet.shape), head, time_s


def test_feet_that_stand_still_carry_the_floor() -> None:
    feet, head, time_s = _steps(np.random.default_rng(3))
    world = world_from_feet(se3.apply(SOMEWHERE, feet), se3.apply(SOMEWHERE, head), time_s)
    back = se3.apply(world.T_world_rig, se3.apply(SOMEWHERE, feet))
    still = np.linalg.norm(np.gradient(feet, time_s, axis=0), axis=-1) < 0.1
    assert np.abs(back[still][:, 2]).mean() < 0.01
    assert se3.apply(world.T_world_rig, se3.apply(SOMEWHERE, head))[:, 2].min() > 1.5


def test_feet_in_one_place_or_never_still_give_no_floor() -> None:
    time_s = np.arange(0, 4, 0.02)
    standing = np.zeros((len(time_s), 2, 3)) + np.array([[0.0, 0.1, 0.0], [0.0, -0.1, 0.0]])
    head = np.tile([0.0, 0.0, 1.6], (len(time_s), 1))
    with pytest.raises(CalibrationError, match="stood in one place"):
        world_from_feet(standing, head, time_s)
    running = np.cumsum(np.full((len(time_s), 2, 3), 0.1), axis=0)
    with pytest.raises(CalibrationError, match="0 foot contacts"):
        world_from_feet(running, head, time_s)
