"""Whether a rig tilts the board the way each single picture says: the planar two-fold ambiguity, looked at again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.extrinsics.placing import PosedBoards
from calibration.planar_pose import board_poses, pose_misfit
from geometry import se3
from geometry.camera_model import CameraArrays, normalise

Array = NDArray[np.float64]

# Of the two readings of a plane the better one must be this much better to count as evidence.
_CLEARLY = 4.0


def tilt_agreement(board: Board, posed: PosedBoards, cameras: CameraArrays) -> Array:
    """(C,) share of clear pictures in which the rig's board pose is nearer to the better reading; NaN without any."""
    instants = sorted({picture.instant for picture in posed.pictures})
    T_world_board = dict(zip(instants, posed.T_world_board, strict=True))
    votes: list[list[bool]] = [[] for _ in cameras.focal]
    for picture in posed.pictures:
        c, found = picture.camera, picture.detection
        xy = normalise(cameras, c, found.uv)
        readings = board_poses(board, found, xy)
        if len(readings) == 2 and _clear(readings, board.points[found.ids], xy):
            T_camera_board = se3.compose(cameras.R[c], cameras.t[c]) @ T_world_board[picture.instant]
            votes[c].append(_nearer_to_first(readings, T_camera_board))
    return np.array([float(np.mean(of_camera)) if of_camera else np.nan for of_camera in votes])


def _clear(readings: Array, points: Array, xy: Array) -> bool:
    return pose_misfit(readings[1], points, xy) > _CLEARLY * pose_misfit(readings[0], points, xy)


def _nearer_to_first(readings: Sequence[Array] | Array, T_camera_board: Array) -> bool:
    turn = [float(se3.rotation_angle(reading[:3, :3].T @ T_camera_board[:3, :3])) for reading in readings]
    return turn[0] < turn[1]
