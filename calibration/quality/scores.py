"""Corners as the rig sees them: triangulated one by one, reprojected, and measured against the printed board.

Nothing here knows that a board is flat or rigid: a rig that is bent to fit board poses shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.kernels.points import triangulate
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Score:
    """Every corner of K instants that two cameras saw.

    Attributes
    ----------
    points : (K, N, 3) metres, NaN where not seen twice
    distance_px : (K, C, N) observed to reprojected pixel, NaN where not seen or not triangulated
    edge_error : (K, E) metres, triangulated minus printed length of each edge
    edge_length : (E,) printed
    """

    points: Array
    distance_px: Array
    edge_error: Array
    edge_length: Array

    @property
    def rms_px(self) -> float:
        """Root mean square pixel distance over all corners and cameras."""
        return _rms(self.distance_px)

    @property
    def camera_rms_px(self) -> Array:
        """(C,) the same per camera."""
        return np.array([_rms(of_camera) for of_camera in np.moveaxis(self.distance_px, 1, 0)])

    @property
    def corner_rms_px(self) -> Array:
        """(N,) the same per board point."""
        return np.array([_rms(of_corner) for of_corner in np.moveaxis(self.distance_px, 2, 0)])

    @property
    def scale_rmse_m(self) -> float:
        """Root mean square error of distances between neighbouring corners."""
        return _rms(self.edge_error)

    @property
    def scale_bias_m(self) -> float:
        """Mean error of those distances: positive when the rig measures too long."""
        known = np.isfinite(self.edge_error)
        return float(self.edge_error[known].mean()) if known.any() else float("nan")

    @property
    def scale_bias_relative(self) -> float:
        """Total measured length over total printed length, minus one."""
        known = np.isfinite(self.edge_error)
        printed = np.broadcast_to(self.edge_length, self.edge_error.shape)[known].sum()
        return float(self.edge_error[known].sum() / printed) if printed > 0 else float("nan")

    @property
    def corners(self) -> int:
        """How many pixel distances went in."""
        return int(np.isfinite(self.distance_px).sum())


def score(board: Board, pictures: Sequence[BoardPicture], cameras: CameraArrays) -> Score:
    """Triangulate every corner that two cameras saw at one instant."""
    uv = stack_views(board, pictures, len(cameras.focal))
    n_instants, n_cameras, n_points = uv.shape[:3]
    flat = np.ascontiguousarray(np.moveaxis(uv, 1, 0).reshape(n_cameras, -1, 2))
    points, distance = np.empty((n_instants * n_points, 3)), np.empty((n_cameras, n_instants * n_points))
    triangulate(cameras, flat, points, distance)
    points = points.reshape(n_instants, n_points, 3)
    a, b = board.edges.T
    length = np.linalg.norm(points[:, a] - points[:, b], axis=-1)
    return Score(
        points,
        np.moveaxis(distance.reshape(n_cameras, n_instants, n_points), 0, 1),
        length - board.edge_lengths,
        board.edge_lengths,
    )


def stack_views(board: Board, pictures: Sequence[BoardPicture], n_cameras: int) -> Array:
    """(K, C, N, 2) px of the instants in ascending order, NaN where not seen."""
    instants = sorted({picture.instant for picture in pictures})
    row = {instant: k for k, instant in enumerate(instants)}
    uv = np.full((len(instants), n_cameras, len(board.points), 2), np.nan)
    for picture in pictures:
        uv[row[picture.instant], picture.camera, picture.detection.ids] = picture.detection.uv
    return uv


def _rms(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if len(known) else float("nan")
