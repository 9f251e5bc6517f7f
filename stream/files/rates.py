"""The one frame rate that a file's header asks for."""

import numpy as np
from numpy.typing import NDArray


def mean_rate_hz(time_s: NDArray[np.float64]) -> float:
    """Measured mean rate, to a microhertz; 1.0 where fewer than two frames leave it undefined."""
    if len(time_s) < 2:
        return 1.0
    return round((len(time_s) - 1) / float(time_s[-1] - time_s[0]), 6)
