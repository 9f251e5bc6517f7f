"""MATLAB: a whole trial as one struct `trial` (format 5, read by MATLAB, Octave and scipy)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import PointTrial
from stream.files import conventions
from stream.files.events import TrialEvent
from stream.files.point_tables import point_standard_error
from stream.files.replacing import replacing
from stream.files.trial_folder import TrialResults

Array = NDArray[np.float64]


def write_mat(path: Path, results: TrialResults, events: Sequence[TrialEvent] = ()) -> None:
    """Write a struct with a field per angle and per point.

    `trial.time_s`, `trial.angles_deg.<name>`, `trial.standard_error_deg.<name>`, `trial.observability.<name>`
    (0 prior, 1 partial, 2 measured), `trial.points_m.<point>` (F x 3, Z up), `trial.points_se_m.<point>`,
    `trial.events`, `trial.conventions`.

    Raises
    ------
    StreamError : the file system refuses
    """
    from scipy.io import savemat

    angles = results.angles
    trial: dict[str, object] = {
        "time_s": angles.time_s[:, None],
        "angles_deg": _by_angle(np.rad2deg(angles.values)),
        "standard_error_deg": _by_angle(np.rad2deg(angles.standard_error)),
        "observability": _by_angle(angles.observability),
        "events": {
            "time_s": np.array([event.time_s for event in events])[:, None],
            "label": np.array([event.label for event in events], dtype=object)[:, None],
            "context": np.array([event.context for event in events], dtype=object)[:, None],
        },
        "conventions": {"angles": conventions.ANGLES, "world": conventions.WORLD, **conventions.MEANINGS},
    }
    if results.points is not None:
        trial |= _points(results.points)
    with replacing(path) as temporary:
        savemat(str(temporary), {"trial": trial}, long_field_names=True, do_compression=True)


def _by_angle(values: NDArray[np.generic]) -> Mapping[str, NDArray[np.generic]]:
    return {name: values[:, i, None] for i, name in enumerate(ANGLE_NAMES)}


def _points(points: PointTrial) -> dict[str, object]:
    errors = point_standard_error(points.covariance)
    names = [_field(name) for name in points.keypoint_set.names]
    return {
        "points_m": {name: points.xyz[:, k] for k, name in enumerate(names)},
        "points_se_m": {name: errors[:, k, None] for k, name in enumerate(names)},
    }


def _field(name: str) -> str:
    """Name that MATLAB takes for a field: letters, digits, underscores, a letter first."""
    word = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return word if word[:1].isalpha() else f"m_{word}"
