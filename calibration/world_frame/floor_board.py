"""The world from a board that lies on the floor, in one place or in several."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.adjust import Knowledge, adjust
from calibration.bundle.problem import State
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, assemble
from calibration.extrinsics.placing import pose_boards
from calibration.kernels.board_view import CAMERA
from calibration.world_frame.world import World, fit_plane, frame_on_plane
from geometry import se3
from geometry.rig import Rig

Array = NDArray[np.float64]

_PLACES_APART_M = 0.05


def world_from_floor_board(board: Board, pictures: Sequence[BoardPicture], rig: Rig) -> World:
    """World of a board face up on the floor: origin at its print's first corner, X along its columns, Z up.

    Pictures of one instant show the board in one place; further instants may show it elsewhere on the floor and then
    fix the plane better.  A board that a single camera sees is enough, though its tilt is then known less well.
    """
    posed = pose_boards(board, pictures, rig.arrays, least_views=1)
    if not posed.pictures:
        raise CalibrationError(
            "the floor footage shows no board clearly enough for its pose; lay it flat where two cameras see all of it"
        )
    heights = [camera.size[1] for camera in rig.cameras]
    sightings = assemble(board, posed.pictures, heights, timed=False)
    clocks = np.zeros(len(rig))
    T = posed.T_world_board
    state = State(rig.arrays, clocks, clocks.copy(), T[:, :3, :3].copy(), T[:, :3, 3].copy())
    held = np.zeros((len(rig), CAMERA), dtype=np.bool_)
    T_rig_board = adjust(sightings, state, held, Knowledge.none(state), timed=False).state.T_world_board
    on_floor = se3.apply(T_rig_board[:, None], board.points[: board.side_points]).reshape(-1, 3)
    up, rms = _up(T_rig_board, on_floor)
    first = T_rig_board[0]
    plane_origin = first[:3, 3] - ((first[:3, 3] - on_floor.mean(axis=0)) @ up) * up
    return World(frame_on_plane(plane_origin, up, first[:3, 0]), rms, "board on the floor")


def _up(T_rig_board: Array, on_floor: Array) -> tuple[Array, float]:
    """Floor normal, of the plane through several places, else of the one board; and how flat it all lies."""
    spread = float(np.linalg.norm(T_rig_board[:, :3, 3] - T_rig_board[0, :3, 3], axis=1).max(initial=0.0))
    _, plane_normal, rms = fit_plane(on_floor)
    # OpenCV's board z points into the print: a board lying face up has it pointing down.
    board_normal = -T_rig_board[:, :3, 2].mean(axis=0)
    normal = plane_normal if spread > _PLACES_APART_M else board_normal / np.linalg.norm(board_normal)
    return normal if normal @ board_normal >= 0.0 else -normal, rms
