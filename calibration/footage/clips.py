"""One camera's footage, whatever it is stored as."""

from collections.abc import Iterator, Set
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


class Picture(NamedTuple):
    """Frame `number` of a clip, `time_s` into it (NaN for single pictures), `gray` (height, width)."""

    number: int
    time_s: float
    gray: Gray


class Clip(Protocol):
    """Footage of one camera."""

    @property
    def name(self) -> str:
        """Name of the camera."""
        ...

    @property
    def path(self) -> Path:
        """Where the footage lies."""
        ...

    def numbers(self) -> list[int]:
        """Frame numbers, ascending."""
        ...

    def pictures(self, wanted: Set[int]) -> Iterator[Picture]:
        """The frames whose numbers are wanted, ascending."""
        ...
