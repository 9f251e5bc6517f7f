"""When a virtual camera exposes, how long a frame takes to become keypoints, and which frames are lost on the way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_RATE_PPM = 100e-6
_CLOCK_APART_S = 3.0
_FASTEST_S, _TYPICAL_EXTRA_S = 0.004, 0.003


@dataclass(frozen=True, eq=False)
class Schedule:
    """One camera's run on the lab's clock, seconds from the start.

    Attributes
    ----------
    exposure_s : (F,) capture times
    delay_s : (F,) from exposure to keypoints
    dropped : (F,) frames that the camera never delivers
    clock_ahead_ns : how far the clock of the camera's computer is ahead of the lab's
    """

    exposure_s: Array
    delay_s: Array
    dropped: NDArray[np.bool_]
    clock_ahead_ns: int


def schedule(seed: int, camera: int, seconds: float, fps: float, drop_share: float = 0.005) -> Schedule:
    """Run of one camera: free running near `fps`, jittery, losing a small share of its frames."""
    rng = np.random.default_rng([seed, 5, camera])
    rate = fps * (1.0 + rng.uniform(-_RATE_PPM, _RATE_PPM))
    frames = np.arange(round(seconds * fps))
    dropped = rng.random(len(frames)) < drop_share
    dropped[:1] = dropped[-1:] = False  # a gap shows only between frames
    return Schedule(
        exposure_s=rng.uniform(0.0, 1.0 / fps) + frames / rate,
        delay_s=_FASTEST_S + rng.gamma(2.0, _TYPICAL_EXTRA_S / 2.0, len(frames)),
        dropped=dropped,
        clock_ahead_ns=round(1e9 * rng.uniform(-_CLOCK_APART_S, _CLOCK_APART_S)),
    )
