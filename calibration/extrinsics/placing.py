"""First guess of every camera's place and every board pose: what the adjustment starts from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.extrinsics.board_sightings import BoardPicture, relabelled
from calibration.extrinsics.covisibility import Link, components, links, place_on_tree
from calibration.planar_pose import board_poses
from geometry import se3
from geometry.camera_model import CameraArrays, normalise, project

Array = NDArray[np.float64]

_LARGEST_MISS_PX = 50.0


@dataclass(frozen=True, eq=False)
class Placement:
    """Cameras that could be linked.

    Attributes
    ----------
    placed : (C,) cameras linked to the reference
    reference : the camera that the rest is placed against
    cameras : all C cameras, posed relative to the reference (NaN where not placed)
    links : what was found between pairs of cameras
    """

    placed: NDArray[np.bool_]
    reference: int
    cameras: CameraArrays
    links: list[Link]


@dataclass(frozen=True, eq=False)
class PosedBoards:
    """Board poses at instants that enough cameras saw.

    `pictures` have their corners renumbered where the board's symmetry left a choice; `T_world_board` (K, 4, 4)
    follows the ascending instants of `pictures`.
    """

    pictures: list[BoardPicture]
    T_world_board: Array


def place(board: Board, pictures: Sequence[BoardPicture], lenses: CameraArrays) -> Placement:
    """Place the cameras that saw the board together; `lenses` holds their intrinsics."""
    n_cameras = len(lenses.focal)
    candidates = {
        (p.camera, p.instant): np.array([T for T, _ in readings])
        for p in pictures
        if (readings := _readings(board, p, lenses))
    }
    found = links(candidates, _extremes(board), n_cameras)
    labels = components(found, n_cameras)
    placed = labels == np.bincount(labels).argmax()
    reference = _best_linked(found, placed)
    T_camera_reference = place_on_tree(found, n_cameras, reference)
    cameras = lenses._replace(R=T_camera_reference[:, :3, :3].copy(), t=T_camera_reference[:, :3, 3].copy())
    return Placement(placed, reference, cameras, found)


def pose_boards(
    board: Board, pictures: Sequence[BoardPicture], cameras: CameraArrays, least_views: int = 2
) -> PosedBoards:
    """Pose of the board at every instant, cameras given: of all single-picture readings the one that fits all views."""
    kept: list[BoardPicture] = []
    poses: list[Array] = []
    for instant in sorted({p.instant for p in pictures}):
        of_instant = [p for p in pictures if p.instant == instant]
        pose = _board_pose(board, of_instant, cameras) if len(of_instant) >= least_views else None
        if pose is not None:
            poses.append(pose)
            kept += [_numbered_to_fit(board, p, cameras, pose) for p in of_instant]
    return PosedBoards(kept, np.array(poses).reshape(-1, 4, 4))


def numbered(board: Board, pictures: Sequence[BoardPicture], cameras: CameraArrays) -> list[BoardPicture]:
    """Pictures with their corners numbered as the cameras agree; what markers number is left alone."""
    if len(board.look_alikes) == 1:
        return list(pictures)
    return pose_boards(board, pictures, cameras).pictures


def _readings(board: Board, picture: BoardPicture, lenses: CameraArrays) -> list[tuple[Array, int]]:
    """Possible poses of the board in one picture, with the look-alike numbering that each belongs to."""
    xy = normalise(lenses, picture.camera, picture.detection.uv)
    return [
        (T, i)
        for i, renumbering in enumerate(board.look_alikes)
        for T in board_poses(board, relabelled(picture, renumbering).detection, xy)
    ]


def _board_pose(board: Board, pictures: list[BoardPicture], cameras: CameraArrays) -> Array | None:
    best, least = None, np.inf
    for picture in pictures:
        T_camera_reference = se3.compose(cameras.R[picture.camera], cameras.t[picture.camera])
        for T_camera_board, _ in _readings(board, picture, cameras):
            pose = se3.invert(T_camera_reference) @ T_camera_board
            cost = sum(_best_numbering(board, other, cameras, pose)[1] for other in pictures)
            if cost < least:
                best, least = pose, cost
    return best


def _best_numbering(board: Board, picture: BoardPicture, cameras: CameraArrays, pose: Array) -> tuple[int, float]:
    costs = [_cost(board, relabelled(picture, order), cameras, pose) for order in board.look_alikes]
    return int(np.argmin(costs)), min(costs)


def _numbered_to_fit(board: Board, picture: BoardPicture, cameras: CameraArrays, pose: Array) -> BoardPicture:
    return relabelled(picture, board.look_alikes[_best_numbering(board, picture, cameras, pose)[0]])


def _cost(board: Board, picture: BoardPicture, cameras: CameraArrays, pose: Array) -> float:
    uv = project(cameras, picture.camera, se3.apply(pose, board.points[picture.detection.ids]))
    miss = np.linalg.norm(uv - picture.detection.uv, axis=1)
    return float(np.minimum(np.nan_to_num(miss, nan=_LARGEST_MISS_PX), _LARGEST_MISS_PX).mean())


def _best_linked(found: Sequence[Link], placed: NDArray[np.bool_]) -> int:
    """Camera with the most agreeing instants: the firmest reference."""
    support = np.zeros(len(placed))
    for link in found:
        support[[link.a, link.b]] += link.agreeing
    return int(np.argmax(np.where(placed, support, -1.0)))


def _extremes(board: Board) -> Array:
    """(4, 3) outermost points of the front."""
    front = board.points[: board.side_points]
    return front[[int(np.argmax(front[:, :2] @ way)) for way in ((-1, -1), (1, -1), (1, 1), (-1, 1))]]
