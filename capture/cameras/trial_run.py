"""What a camera really delivers, measured over some frames."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.cameras.base import Camera
from capture.errors import CaptureError
from capture.types import Frame

_FEWEST = 3


@dataclass(frozen=True, eq=False)
class TrialRun:
    """Measurements of one camera.

    Attributes
    ----------
    frames, missed : delivered, and lost by gaps in the camera's numbers
    fps : median rate, frames per second
    jitter_ms : median deviation of the intervals from their median
    age_ms : median time from a frame's stamp to having it in hand
    size : (width, height) px
    last : the last picture, BGR
    """

    frames: int
    missed: int
    fps: float
    jitter_ms: float
    age_ms: float
    size: tuple[int, int]
    last: NDArray[np.uint8]


def try_out(camera: Camera, seconds: float) -> TrialRun:
    """Read a camera for some seconds; raises CaptureError where it fails or delivers fewer than three frames."""
    numbers: list[int] = []
    stamped_ns: list[int] = []
    ages_ns: list[int] = []
    last: Frame | None = None
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s and (frame := camera.read()) is not None:
        last = frame
        numbers.append(frame.index)
        stamped_ns.append(frame.time_ns)
        ages_ns.append(time.monotonic_ns() - frame.time_ns)
    if last is None or len(numbers) < _FEWEST:
        raise CaptureError(f"camera '{camera.name}': {len(numbers)} frames in {seconds:g} s; try longer")
    intervals_ns, steps = np.diff(stamped_ns), np.diff(numbers)
    return TrialRun(
        frames=len(numbers),
        missed=int((steps - 1).sum()),
        fps=1e9 / float(np.median(intervals_ns / steps)),
        jitter_ms=1e-6 * float(np.median(np.abs(intervals_ns - np.median(intervals_ns)))),
        age_ms=1e-6 * float(np.median(ages_ns)),
        size=last.size,
        last=last.image,
    )
