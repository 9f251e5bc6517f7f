"""Landmarks of the person in a region: regression, refined where the heatmaps are sure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.detectors.blazepose.networks import Network
from capture.detectors.blazepose.regions import Region, around_person
from capture.types import Array

INPUT_SIZE = 256
BODY_POINTS = 33
_POINTS = 39
_HIPS, _RIM = 33, 34
_WINDOW = 7
_MIN_HEAT = 0.5


@dataclass(frozen=True, eq=False)
class Landmarks:
    """The person in a region: `uv` (39, 2) image px, `visibility` (39,) and `presence` of a person, all 0 to 1."""

    uv: Array
    visibility: Array
    presence: float

    @property
    def next_region(self) -> Region:
        """Where to look in the next frame."""
        return around_person(self.uv[_HIPS], self.uv[_RIM])


class LandmarkNetwork:
    """The landmark network and its decoding."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def locate(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """Landmarks of the person whom the region holds."""
        outputs = self._network(region.cut(image, INPUT_SIZE))
        points = outputs["Identity"].reshape(_POINTS, 5).astype(float)
        unit = refine(points[:, :2] / INPUT_SIZE, outputs["Identity_3"])
        return Landmarks(region.place(unit), _sigmoid(points[:, 3]), float(outputs["Identity_1"][0]))


def refine(points: Array, heatmaps: NDArray[np.float32]) -> Array:
    """Move regressed points to the centre of mass of the heat around them (MediaPipe's 7 x 7 window).

    Parameters
    ----------
    points : (n, 2) right, down in the unit square
    heatmaps : (height, width, n) logits

    Returns
    -------
    (n, 2); a point stays where it was when it lies outside or no cell of its window is hotter than one half
    """
    height, width, _ = heatmaps.shape
    centre = np.floor(points * (width, height)).astype(int)
    reach = np.arange(_WINDOW) - _WINDOW // 2
    columns, rows = centre[:, 0, None] + reach, centre[:, 1, None] + reach
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    logits = heatmaps[
        rows.clip(0, height - 1)[:, :, None],
        columns.clip(0, width - 1)[:, None, :],
        np.arange(len(points))[:, None, None],
    ]
    heat = np.where(inside, _sigmoid(logits), 0.0)
    sure = heat.max(axis=(1, 2)) >= _MIN_HEAT
    sure &= ((centre >= 0) & (centre < (width, height))).all(axis=1)
    mass = np.where(sure, heat.sum(axis=(1, 2)), 1.0)
    middle = np.column_stack([(heat.sum(axis=1) * columns).sum(axis=1), (heat.sum(axis=2) * rows).sum(axis=1)])
    return np.where(sure[:, None], middle / mass[:, None] / (width, height), points)


def _sigmoid(logits: NDArray[np.floating]) -> Array:
    return 1.0 / (1.0 + np.exp(-logits.astype(float)))
