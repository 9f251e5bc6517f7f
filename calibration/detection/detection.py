"""What is found in one picture."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


class Detection(NamedTuple):
    """Board points found in one picture: `ids` (n,) into the board's points, `uv` (n, 2) px, sub-pixel."""

    ids: NDArray[np.int64]
    uv: NDArray[np.float64]

    def __bool__(self) -> bool:
        return len(self.ids) > 0

    def only(self, keep: NDArray[np.bool_]) -> "Detection":
        """The points where `keep` (n,) holds."""
        return Detection(self.ids[keep], self.uv[keep])


NOTHING = Detection(np.empty(0, np.int64), np.empty((0, 2)))


class FindBoard(Protocol):
    """Finds a board in gray pictures; one per thread."""

    def __call__(self, gray: Gray) -> Detection:
        """Points found in a (height, width) picture."""
        ...
