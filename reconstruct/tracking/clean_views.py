"""What is left of one person's keypoints once left and right are put right and strays are named."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.pixel_noise import PixelNoise

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CleanViews:
    """Keypoints of one person in C cameras over F frames, repaired.

    Attributes
    ----------
    uv : (C, F, K, 2) px, exchanged where left and right were mistaken
    confidence : (C, F, K), 0 where nothing was seen or what was seen is not believed
    swapped : (C, F, K) taken from the mirror partner's detection
    rejected : (C, F, K) seen but not believed
    bias_px : (C, K, 2) by how much each view disagrees with the others in the long run, at the end of the trial
    bias_sd_px : (C, K) standard deviation of that per axis; NaN where it was never seen with two others
    noise : the detector's, scaled to what these views leave unexplained
    """

    uv: Array
    confidence: Array
    swapped: Flags
    rejected: Flags
    bias_px: Array
    bias_sd_px: Array
    noise: PixelNoise

    @property
    def agreed_uv(self) -> Array:
        """(C, F, K, 2) keypoints without each view's long-run disagreement, px.

        Points triangulated from these do not jump when a view comes or goes.  What all views get wrong alike stays.
        """
        return self.uv - self.bias_px[:, None]
