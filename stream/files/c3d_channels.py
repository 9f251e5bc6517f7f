"""What a trial puts into a C3D file's points: places, angle triples, and scalars with their place in the groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, PointTrial
from stream.files.conventions import MEANINGS
from stream.files.plug_in_gait import JOINTS, PELVIS, SIDES, columns, to_plug_in_gait
from stream.files.point_tables import point_standard_error
from stream.files.trial_folder import TrialResults

Array = NDArray[np.float64]

PLACES, ANGLES, SCALARS = "PLACES", "ANGLES", "SCALARS"
TIME = "Time"
OWN = {"ValgusAngles": ("apparent_valgus", "thigh_flexion")}
LARGEST_TIME_ERROR_S = 1e-9


@dataclass(frozen=True, eq=False)
class Channel:
    """One point of the file: `values` (F, 3) in mm or degrees, `standard_error_mm` (F,) where it is a place."""

    label: str
    group: str
    description: str
    values: Array
    standard_error_mm: Array


def trial_channels(results: TrialResults, rate_hz: float) -> list[Channel]:
    """Places first, then angles, their standard errors, their observability, and times that the rate does not give."""
    angles = results.angles
    places = [] if results.points is None else _places(results.points)
    return [*places, *_plug_in_gait(angles), *_own_angles(angles), *_uncertainty(angles), *_time(angles, rate_hz)]


def _channel(label: str, group: str, description: str, values: Array) -> Channel:
    return Channel(label, group, description, values, np.zeros(len(values)))


def _places(points: PointTrial) -> list[Channel]:
    errors_mm = 1e3 * point_standard_error(points.covariance)
    return [
        Channel(name, PLACES, "keypoint", 1e3 * points.xyz[:, k], errors_mm[:, k])
        for k, name in enumerate(points.keypoint_set.names)
    ]


def _plug_in_gait(angles: AngleTrial) -> list[Channel]:
    signs = "Plug-in Gait axes, order and signs"
    return [_channel(label, ANGLES, signs, values) for label, values in to_plug_in_gait(angles.values).items()]


def _triples() -> dict[str, tuple[int, ...]]:
    """Columns of our angles by the label of their triple."""
    legs = {**JOINTS, **OWN}
    sides = {side + label: tuple(columns(names, suffix)) for side, suffix, _ in SIDES for label, names in legs.items()}
    return {**sides, "PelvisAngles": tuple(columns(PELVIS)), "TrunkLean": (ANGLE_NAMES.index("trunk_lean"),)}


def _padded(values: NDArray[np.generic], triple: tuple[int, ...]) -> Array:
    padded = np.zeros((len(values), 3))
    padded[:, : len(triple)] = values[:, triple]
    padded[np.isnan(padded[:, : len(triple)]).all(axis=-1)] = np.nan
    return padded


def _own_angles(angles: AngleTrial) -> list[Channel]:
    degrees = np.rad2deg(angles.values)
    own = {label: triple for label, triple in _triples().items() if len(triple) < 3}
    return [
        _channel(label, ANGLES, "; ".join(f"{ANGLE_NAMES[i]}: {MEANINGS[ANGLE_NAMES[i]]}" for i in triple), values)
        for label, triple in own.items()
        for values in [_padded(degrees, triple)]
    ]


def _uncertainty(angles: AngleTrial) -> list[Channel]:
    errors_deg = np.rad2deg(angles.standard_error)
    channels: list[Channel] = []
    for label, triple in _triples().items():
        names = ", ".join(ANGLE_NAMES[i] for i in triple)
        channels += [
            _channel(f"{label}SE", ANGLES, f"standard errors of {names}", _padded(errors_deg, triple)),
            _channel(
                f"{label}Obs",
                SCALARS,
                f"0 prior, 1 partial, 2 measured: {names}",
                _padded(angles.observability, triple),
            ),
        ]
    return channels


def _time(angles: AngleTrial, rate_hz: float) -> list[Channel]:
    """Exact times where the rate does not give them: whole seconds, milliseconds, microseconds (floats of 24 bits)."""
    time_s = angles.time_s - angles.time_s[0]
    stored_rate = float(np.float32(rate_hz))
    if np.max(np.abs(np.arange(len(time_s)) / stored_rate - time_s)) <= LARGEST_TIME_ERROR_S:
        return []
    return [_channel(TIME, SCALARS, "x seconds + y milliseconds + z microseconds", split_time(time_s))]


def split_time(time_s: Array) -> Array:
    """(F, 3) whole seconds, whole milliseconds and microseconds of (F,) seconds."""
    seconds, fraction = np.divmod(time_s, 1.0)
    milliseconds, rest_ms = np.divmod(fraction * 1e3, 1.0)
    return np.stack([seconds, milliseconds, rest_ms * 1e3], axis=-1)


def joined_time(split: Array) -> Array:
    """(F,) seconds of what `split_time` gave."""
    return split @ np.array([1.0, 1e-3, 1e-6])
