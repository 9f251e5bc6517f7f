"""Calibration boards: which points they carry, where on the board, and which views of them look alike.

Board frame, as OpenCV's: x to the right and y down the print, z into the board, metres, origin at the print's
top-left corner (at the first inner corner of a plain checkerboard, which has no edge of its own).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
BoardKind = Literal["charuco", "checkerboard", "aruco_grid"]


@dataclass(frozen=True)
class Board:
    """A printed board.

    Attributes
    ----------
    kind : what is printed
    columns, rows : squares of a ChArUco board, inner corners of a checkerboard, markers of a grid
    square_m : side of a square; of a marker grid the pitch, marker plus gap
    marker_m : side of a marker (0 without markers)
    dictionary : OpenCV's name of the marker dictionary, `DICT_...` ("" without markers)
    inverted : white and black exchanged
    legacy : ChArUco pattern of OpenCV before 4.6
    thickness_m : distance between the prints of a two-sided board; 0 for a board with one side
    """

    kind: BoardKind
    columns: int
    rows: int
    square_m: float
    marker_m: float = 0.0
    dictionary: str = ""
    inverted: bool = False
    legacy: bool = False
    thickness_m: float = 0.0

    @property
    def two_sided(self) -> bool:
        """Whether the back carries the same print with the markers that follow in the dictionary."""
        return self.thickness_m > 0.0

    @property
    def side_points(self) -> int:
        """Number of points on one side."""
        return len(self._front)

    @property
    def width_m(self) -> float:
        """Extent of the print along x."""
        return self._squares_across * self.square_m - self._gap_m

    @property
    def height_m(self) -> float:
        """Extent of the print along y."""
        return self._squares_down * self.square_m - self._gap_m

    @cached_property
    def points(self) -> Array:
        """(N, 3) positions in the board frame, metres; a point's index is its id.

        The back of a two-sided board follows the front: its own x axis runs against the front's.
        """
        if not self.two_sided:
            return self._front
        return np.concatenate([self._front, self._front * [-1.0, 1.0, 1.0] + [self.width_m, 0.0, self.thickness_m]])

    @cached_property
    def edges(self) -> Ints:
        """(E, 2) ids of neighbouring points: the distances that a rig is measured against."""
        front = self._marker_sides if self.kind == "aruco_grid" else self._lattice_edges
        return np.concatenate([front, front + self.side_points]) if self.two_sided else front

    @cached_property
    def edge_lengths(self) -> Array:
        """(E,) true lengths of `edges`, metres."""
        a, b = self.edges.T
        return np.linalg.norm(self.points[a] - self.points[b], axis=-1)

    @cached_property
    def look_alikes(self) -> tuple[Ints, ...]:
        """Renumberings (N,) of the points that no picture can tell apart, the given one first.

        Markers settle the numbering.  A checkerboard turned by half a turn looks the same unless the colours of its
        corner squares differ (an odd and an even side).
        """
        ids = np.arange(self.side_points)
        if self.kind == "checkerboard" and (self.columns + self.rows) % 2 == 0:
            return (ids, ids[::-1].copy())
        return (ids,)

    @property
    def _gap_m(self) -> float:
        return self.square_m - self.marker_m if self.kind == "aruco_grid" else 0.0

    @property
    def _squares_across(self) -> int:
        return self.columns + 1 if self.kind == "checkerboard" else self.columns

    @property
    def _squares_down(self) -> int:
        return self.rows + 1 if self.kind == "checkerboard" else self.rows

    @property
    def _lattice(self) -> tuple[int, int]:
        return (self.columns - 1, self.rows - 1) if self.kind == "charuco" else (self.columns, self.rows)

    @cached_property
    def _front(self) -> Array:
        across, down = self._lattice
        y, x = (axis.ravel() * self.square_m for axis in np.mgrid[0:down, 0:across])
        if self.kind == "charuco":
            x, y = x + self.square_m, y + self.square_m
        corners = np.stack([x, y, np.zeros_like(x)], axis=-1)
        if self.kind != "aruco_grid":
            return corners
        around = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]) * self.marker_m
        return (corners[:, None] + around).reshape(-1, 3)

    @property
    def _lattice_edges(self) -> Ints:
        across, down = self._lattice
        ids = np.arange(across * down).reshape(down, across)
        right = np.stack([ids[:, :-1], ids[:, 1:]], axis=-1).reshape(-1, 2)
        below = np.stack([ids[:-1], ids[1:]], axis=-1).reshape(-1, 2)
        return np.concatenate([right, below])

    @property
    def _marker_sides(self) -> Ints:
        first = 4 * np.arange(self.columns * self.rows)[:, None]
        sides = np.array([[0, 1], [1, 2], [2, 3], [3, 0]])
        return (first[:, None] + sides).reshape(-1, 2)
