"""Pose of a flat board from one picture: both answers that a plane allows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.detection.ordering import spans_a_plane
from geometry import se3

Array = NDArray[np.float64]


def board_poses(board: Board, found: Detection, xy: Array) -> Array:
    """Candidate poses (m, 4, 4) T_camera_board of a board seen by one camera, best first.

    A plane seen from afar is explained nearly as well with its tilt reversed, so there are up to two (IPPE, Collins
    and Bartoli 2014).  None when the corners lie on a line.

    Parameters
    ----------
    board, found : what was seen
    xy : (n, 2) undistorted normalised image points of the corners found
    """
    known = np.asarray(np.isfinite(xy).all(axis=1))
    if not known.all():
        found, xy = found.only(known), xy[known]
    if not spans_a_plane(board, found):
        return np.empty((0, 4, 4))
    back = bool(found.ids[0] >= board.side_points)
    flat = board.points[found.ids % board.side_points]
    try:
        _, turns, shifts, _ = cv2.solvePnPGeneric(flat, xy, np.eye(3), np.zeros(4), flags=cv2.SOLVEPNP_IPPE)
    except cv2.error:
        return np.empty((0, 4, 4))
    refined = [cv2.solvePnPRefineLM(flat, xy, np.eye(3), np.zeros(4), r, t) for r, t in zip(turns, shifts, strict=True)]
    poses = [_transform(np.asarray(r, dtype=float).ravel(), np.asarray(t, dtype=float).ravel()) for r, t in refined]
    poses = [pose for pose in poses if np.all(np.isfinite(pose)) and pose[2, 3] > 0.0]
    if back:
        poses = [pose @ se3.invert(_front_from_back(board)) for pose in poses]
    poses.sort(key=lambda pose: pose_misfit(pose, board.points[found.ids], xy))
    return np.array(poses).reshape(-1, 4, 4)


def _transform(turn: Array, shift: Array) -> Array:
    if not (np.all(np.isfinite(turn)) and np.all(np.isfinite(shift))):
        return np.full((4, 4), np.nan)
    return se3.compose(se3.rotation_from_vector(turn), shift)


def _front_from_back(board: Board) -> Array:
    """T_front_back: the back print's own frame is the front's turned half about y."""
    return se3.compose(np.diag([-1.0, 1.0, -1.0]), np.array([board.width_m, 0.0, board.thickness_m]))


def pose_misfit(T_camera_board: Array, points: Array, xy: Array) -> float:
    """Sum of squared distances in the normalised image plane, of board points (n, 3) and their images (n, 2)."""
    seen = se3.apply(T_camera_board, points)
    return float(((seen[:, :2] / seen[:, 2:] - xy) ** 2).sum())
