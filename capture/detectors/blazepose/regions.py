"""Square, turned regions of an image: where a person is cut out upright for a network, and how to get back."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.types import Array

_PERSON_MARGIN = 1.25


@dataclass(frozen=True, eq=False)
class Region:
    """A square with its `centre` (2,) and `side` in px, turned by `angle` radians (clockwise on the screen)."""

    centre: Array
    side: float
    angle: float

    @property
    def to_image(self) -> Array:
        """(2, 3) affine map from the unit square (0 to 1, right and down) to image px."""
        cos, sin = self.side * math.cos(self.angle), self.side * math.sin(self.angle)
        linear = np.array([[cos, -sin], [sin, cos]])
        return np.column_stack([linear, self.centre - linear @ (0.5, 0.5)])

    def place(self, points: Array) -> Array:
        """Image px (n, 2) of points (n, 2) given in the unit square."""
        to_image = self.to_image
        return points @ to_image[:, :2].T + to_image[:, 2]

    def cut(self, image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """The region as an upright (size, size, 3) picture; black where it reaches beyond the image.

        Pixels of the picture tile the unit square, so their centres lie at (i + 1/2) / size.  MediaPipe's OpenCV path
        leaves the half out, which moves every landmark by half a pixel of the picture; mirrored images show it.
        """
        to_image = self.to_image
        to_image[:, :2] /= size
        to_image[:, 2] += to_image[:, :2] @ (0.5, 0.5)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(image, to_image, (size, size), flags=flags), dtype=np.uint8)


def whole_image(image: NDArray[np.uint8]) -> Region:
    """Smallest square around the image, whose pixels reach half a pixel beyond their centres."""
    height, width = image.shape[:2]
    return Region(np.array([width - 1, height - 1]) / 2, float(max(width, height)), 0.0)


def squares_along(image: NDArray[np.uint8]) -> list[Region]:
    """Squares as large as the image's shorter side, which overlap by half or more and cover all of it."""
    height, width = image.shape[:2]
    short, spare = min(height, width), abs(height - width)
    steps = math.ceil(2 * spare / short)
    first = np.full(2, (short - 1) / 2)
    along = np.array([spare, 0.0] if width > height else [0.0, spare])
    return [Region(first + along * step / steps, float(short), 0.0) for step in range(steps + 1)] if steps else []


def around_person(hips: Array, rim: Array) -> Region:
    """Region that puts a person upright: `hips` (2,) px is its middle, `rim` a point on the circle around the body."""
    right, down = rim - hips
    return Region(hips, 2 * _PERSON_MARGIN * math.hypot(right, down), math.pi / 2 - math.atan2(-down, right))
