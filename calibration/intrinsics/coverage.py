"""How much of the picture the board visited: outside of that a lens model is a guess."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.detection.detection import Detection

Array = NDArray[np.float64]

COLUMNS, ROWS = 8, 6


def coverage_map(detections: Sequence[Detection], size: tuple[int, int]) -> NDArray[np.int64]:
    """(ROWS, COLUMNS) number of pictures with a board point in each cell of the image."""
    cells = np.zeros((ROWS, COLUMNS), dtype=np.int64)
    for found in detections:
        column = np.clip(found.uv[:, 0] / size[0] * COLUMNS, 0, COLUMNS - 1).astype(int)
        row = np.clip(found.uv[:, 1] / size[1] * ROWS, 0, ROWS - 1).astype(int)
        cells[tuple(np.unique(np.stack([row, column]), axis=1))] += 1
    return cells


def covered_share(cells: NDArray[np.int64]) -> float:
    """Share of cells that were visited."""
    return float((cells > 0).mean())
