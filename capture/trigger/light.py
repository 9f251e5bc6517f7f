"""A blinking light in a video, and when it went on."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.types import Array

_BLOCK_PX = 8
_LEAST_STEP = 25.0
"""Grey levels between on and off."""
_CLEAR_SHARE = 0.7
"""Of a light's frames so many must be clearly on or clearly off, or it is something that moves."""


@dataclass(frozen=True, eq=False)
class Light:
    """Where it is (centre of a block, px), and its brightness (F,) in every frame."""

    centre: tuple[float, float]
    brightness: Array


class LightFinder:
    """Watches blocks of a video's pictures, frame after frame; small enough for hours of video."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.float32]] = []

    def watch(self, image: NDArray[np.uint8]) -> None:
        """Take in the next picture (height, width, 3)."""
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        size = (max(1, image.shape[1] // _BLOCK_PX), max(1, image.shape[0] // _BLOCK_PX))
        self._blocks.append(cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32))

    def find(self) -> Light:
        """The block that is most clearly on or off; raises CaptureError where none is."""
        if not self._blocks:
            raise CaptureError("light: the video has no frames")
        levels = np.stack(self._blocks)
        low, high = np.quantile(levels, [0.02, 0.98], axis=0)
        step = high - low
        share = (levels - low) / np.maximum(step, 1e-6)
        clear = ((share < 0.2) | (share > 0.8)).mean(axis=0)
        score = np.where((step > _LEAST_STEP) & (clear > _CLEAR_SHARE), step, 0.0)
        row, column = np.unravel_index(int(score.argmax()), score.shape)
        if score[row, column] == 0.0:
            raise CaptureError(
                "light: nothing in the video goes on and off; put the light in clear view, or dim the room"
            )
        centre = ((float(column) + 0.5) * _BLOCK_PX, (float(row) + 0.5) * _BLOCK_PX)
        return Light(centre, levels[:, row, column].astype(float))


def switched_on(time_s: Array, light: Light) -> tuple[Array, Array]:
    """Times at which a light went on, and their standard deviations, s.

    It went on between the last dark frame and the first lit one, at any moment with equal probability.
    """
    low, high = np.quantile(light.brightness, [0.02, 0.98])
    lit = (light.brightness - low) / max(high - low, 1e-6) > 0.5
    rises = np.flatnonzero(~lit[:-1] & lit[1:])
    before, after = time_s[rises], time_s[rises + 1]
    return (before + after) / 2, (after - before) / np.sqrt(12)


@dataclass(frozen=True)
class Alignment:
    """How a device's clock relates to a video's.

    Attributes
    ----------
    offset_s, sd_s : video minus device, with its standard deviation
    matched : events seen by both
    unmatched : events of the device that the video does not show within its duration
    """

    offset_s: float
    sd_s: float
    matched: int
    unmatched: int


def align_events(seen_s: Array, seen_sd_s: Array, triggers_s: Sequence[float]) -> Alignment:
    """Offset between events seen in a video and the same events stamped by another device.

    Every pair proposes an offset; the one on which most events agree wins.  Each of these confines the offset to an
    interval, and the offset lies where the intervals overlap: events that fall at the same phase of the frames do not
    pretend to be independent.

    Raises
    ------
    CaptureError : no event on one side, or no two of several agree
    """
    triggers = np.asarray(triggers_s, dtype=float)
    if not len(seen_s) or not len(triggers):
        raise CaptureError(f"light: {len(seen_s)} flashes and {len(triggers)} triggers; there must be some of both")
    tolerance = 4.0 * float(seen_sd_s.max())
    proposals = (seen_s[:, None] - triggers).ravel()
    agreement = [_matches(seen_s, triggers + offset, tolerance)[0].size for offset in proposals]
    best = max(agreement)
    if best < min(2, len(seen_s), len(triggers)):
        raise CaptureError("light: no two flashes are as far apart as two triggers; are these the same recordings?")
    seen, trigger = _matches(seen_s, triggers + proposals[agreement.index(best)], tolerance)
    half = seen_sd_s[seen] * np.sqrt(3.0)
    apart = seen_s[seen] - triggers[trigger]
    low, high = float((apart - half).max()), float((apart + half).min())
    offset = (low + high) / 2
    inside = ((triggers + offset > seen_s.min() - tolerance) & (triggers + offset < seen_s.max() + tolerance)).sum()
    return Alignment(offset, abs(high - low) / float(np.sqrt(12.0)), best, int(inside) - best)


def _matches(seen_s: Array, expected_s: Array, tolerance_s: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of events that lie within the tolerance of their nearest expected one."""
    nearest = np.abs(seen_s[:, None] - expected_s).argmin(axis=1)
    seen = np.flatnonzero(np.abs(seen_s - expected_s[nearest]) <= tolerance_s)
    return seen, nearest[seen]
