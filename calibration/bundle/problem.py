"""What the adjustment knows (pictures, corners) and what it looks for (cameras, clocks, board poses)."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry import se3
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Corners(NamedTuple):
    """N detected board points, sorted by picture."""

    point: Array
    """(N, 3) positions on the board, metres"""
    uv: Array
    """(N, 2) px"""
    row: Array
    """(N,) height in the picture, -0.5 top to 0.5 bottom"""


@dataclass(frozen=True, eq=False)
class Sightings:
    """Everything seen: I pictures with N corners, and K instants between which the board's path is drawn.

    Attributes
    ----------
    corners : Corners
    start : (I + 1,) corners of picture i are start[i]:start[i + 1]
    camera : (I,) who took it
    knot : (I,) instant that it was counted to
    time_s : (I,) its timestamp
    knot_time_s : (K,) ascending
    knot_freedom : how many numbers place what is seen at an instant: 6 for a board, 3 for a lone point
    """

    corners: Corners
    start: Ints
    camera: Ints
    knot: Ints
    time_s: Array
    knot_time_s: Array
    knot_freedom: float = 6.0

    @cached_property
    def picture_of(self) -> Ints:
        """(N,) picture of each corner."""
        return np.repeat(np.arange(len(self.camera)), np.diff(self.start))

    @cached_property
    def views(self) -> Ints:
        """(K,) number of pictures of each instant."""
        return np.bincount(self.knot, minlength=len(self.knot_time_s))


@dataclass(frozen=True, eq=False)
class State:
    """The unknowns: C cameras with their clocks (seconds), K board poses."""

    cameras: CameraArrays
    offset_s: Array
    readout_s: Array
    board_R: Array
    board_t: Array

    @property
    def T_world_board(self) -> Array:
        """(K, 4, 4)."""
        return se3.compose(self.board_R, self.board_t)

    def moved(self, camera_step: Array, board_step: Array) -> "State":
        """The state after a step (C, CAMERA) of the cameras and (K, 6) of the boards."""
        cameras = self.cameras
        turn = se3.rotation_from_vector(camera_step[:, 3:6])
        board_turn = se3.rotation_from_vector(board_step[:, 3:6])
        moved = cameras._replace(
            R=turn @ cameras.R,
            t=(turn @ cameras.t[..., None])[..., 0] + camera_step[:, :3],
            focal=cameras.focal + camera_step[:, 6:8],
            centre=cameras.centre + camera_step[:, 8:10],
            distortion=cameras.distortion + camera_step[:, 10:18],
        )
        return replace(
            self,
            cameras=moved,
            offset_s=self.offset_s + camera_step[:, 18],
            readout_s=self.readout_s + camera_step[:, 19],
            board_R=self.board_R @ board_turn,
            board_t=self.board_t + (self.board_R @ board_step[:, :3, None])[..., 0],
        )
