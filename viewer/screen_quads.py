"""Pictures that lie flat on the screen, as quadrilaterals in the world.

The legacy Open3D window draws triangles and lines but no text, so words are pictures on quadrilaterals that are put in
front of the watcher's eye anew whenever it moves, one picture pixel to one screen pixel.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry import se3

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Corner = Literal["top left", "top right"]

OVERLAY_DEPTH_M = 0.06

_MARGIN_PX = 12
_UNIT_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """A picture of (width, height) px, seen through a pinhole: (4, 4) world to camera, (3, 3) intrinsics."""

    size: tuple[int, int]
    T_camera_world: Array
    matrix: Array

    def is_same_as(self, other: "Screen | None") -> bool:
        """Whether everything is seen at the same pixels."""
        return (
            other is not None
            and self.size == other.size
            and np.array_equal(self.T_camera_world, other.T_camera_world)
            and np.array_equal(self.matrix, other.matrix)
        )

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (n, 2) and depths (n,) in metres of world points (n, 3); behind the eye the depth is negative."""
        x, y, z = se3.apply(self.T_camera_world, points).T
        pixels = np.diag(self.matrix)[:2] * np.stack([x, y], axis=-1) / z[:, None] + self.matrix[:2, 2]
        return pixels, z


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A picture (height, width, 3) in red, green, blue, kept in a corner of the screen."""

    picture: Picture
    corner: Corner

    def left_top_px(self, size: tuple[int, int], scale: int) -> Array:
        """Where the left upper corner of the picture goes on a screen of (width, height) px."""
        margin = _MARGIN_PX * scale
        left = margin if self.corner == "top left" else size[0] - margin - self.picture.shape[1]
        return np.array([left, margin], dtype=float)

    def covers(self, at_px: ArrayLike, size: tuple[int, int], scale: int) -> bool:
        """Whether the picture is at this place (2,) of a screen of (width, height) px."""
        x, y = np.asarray(at_px) - self.left_top_px(size, scale)
        height, width = self.picture.shape[:2]
        return bool(0 <= x < width and 0 <= y < height)


def quads(screen: Screen, left_top_px: Array, sizes_px: Array, depths: Array) -> Array:
    """World corners (n, 4, 3) of n pictures: left upper, right upper, right lower, left lower.

    Parameters
    ----------
    screen : what they are shown on
    left_top_px : (n, 2) screen pixel of each picture's left upper pixel
    sizes_px : (n, 2) width and height
    depths : (n,) distance from the eye along the optical axis, metres
    """
    pixels = np.round(left_top_px)[:, None] - 0.5 + _UNIT_SQUARE * sizes_px[:, None]
    normalised = (pixels - screen.matrix[:2, 2]) / np.diag(screen.matrix)[:2]
    rays = np.concatenate([normalised, np.ones((len(pixels), 4, 1))], axis=-1)
    return se3.apply(se3.invert(screen.T_camera_world), rays * depths[:, None, None])


def stacked(pictures: list[Picture]) -> tuple[Picture, Array]:
    """One picture that holds all of them, and the texture corners (n, 4, 2) of each, in the order of `quads`."""
    heights, widths = (np.array([picture.shape[axis] for picture in pictures]) for axis in (0, 1))
    atlas = np.zeros((int(heights.sum()), int(widths.max()), 3), np.uint8)
    tops = np.cumsum(heights) - heights
    for picture, top in zip(pictures, tops, strict=True):
        atlas[top : top + picture.shape[0], : picture.shape[1]] = picture
    corners = (
        _UNIT_SQUARE * np.stack([widths, heights], axis=-1)[:, None]
        + np.stack([np.zeros_like(tops), tops], -1)[:, None]
    )
    return atlas, corners / [atlas.shape[1], atlas.shape[0]]
