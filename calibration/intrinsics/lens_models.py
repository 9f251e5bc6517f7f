"""Lens models that are tried, simplest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.kernels.board_view import CAMERA, DISTORTION, INTRINSIC


@dataclass(frozen=True)
class LensModel:
    """`coefficients` of the distortion vector that are fitted; the rest stay zero.

    `views` is the number of pictures below which the model is not tried: it would fit noise.
    """

    name: str
    coefficients: tuple[int, ...]
    views: int
    fisheye: bool = False

    @property
    def free(self) -> NDArray[np.bool_]:
        """(CAMERA,) intrinsic parameters that move."""
        mask = np.zeros(CAMERA, dtype=np.bool_)
        mask[INTRINSIC:DISTORTION] = True
        mask[[DISTORTION + i for i in self.coefficients]] = True
        return mask

    @property
    def stored(self) -> int:
        """How many distortion coefficients a rig file holds for it."""
        return 4 if self.fisheye else 8 if len(self.coefficients) > 5 else 5


MODELS = (
    LensModel("pinhole, 4 coefficients", (0, 1, 2, 3), 1),
    LensModel("pinhole, 5 coefficients", (0, 1, 2, 3, 4), 5),
    LensModel("fisheye, 4 coefficients", (0, 1, 2, 3), 8, fisheye=True),
    LensModel("pinhole, 8 coefficients", (0, 1, 2, 3, 4, 5, 6, 7), 12),
)
