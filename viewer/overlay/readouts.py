"""What the panel says: the angles of both legs, each with its standard error and observability class."""

from dataclasses import dataclass

import numpy as np

from reconstruct.angle_names import angle_index
from reconstruct.types import JointAngles, Observability

UNKNOWN = "?"

_ROWS = (
    ("hip_adduction", "hip adduction", "adduction +"),
    ("hip_rotation", "hip rotation", "internal +"),
    ("knee_adduction", "knee adduction", "varus +, valgus -"),
    ("apparent_valgus", "apparent valgus", "valgus +"),
    ("knee_flexion", "knee flexion", "flexion +"),
)


@dataclass(frozen=True, slots=True)
class Readout:
    """One angle in degrees, as text; `observability` is None where the angle is unknown."""

    value: str
    standard_error: str
    observability: Observability | None


@dataclass(frozen=True, slots=True)
class Row:
    """One angle of both legs; `signs` says which direction is positive."""

    title: str
    signs: str
    right: Readout
    left: Readout


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows.

    Attributes
    ----------
    rows : the angles
    status : short lines about the source: time, cameras, latency
    alert : what the watcher must not miss, or None
    answer : to what the watcher has asked for, or None
    """

    rows: tuple[Row, ...]
    status: tuple[str, ...]
    alert: str | None = None
    answer: str | None = None


def rows_of(angles: JointAngles | None) -> tuple[Row, ...]:
    """The panel's rows; without angles every value is unknown."""
    return tuple(
        Row(title, signs, readout(angles, f"{name}_r"), readout(angles, f"{name}_l")) for name, title, signs in _ROWS
    )


def readout(angles: JointAngles | None, name: str) -> Readout:
    """One angle by its column name."""
    if angles is None or not np.isfinite(angles.values[angle_index(name)]):
        return Readout(UNKNOWN, "", None)
    column = angle_index(name)
    return Readout(
        value=_signed(float(np.degrees(angles.values[column]))),
        standard_error=_plus_minus(float(np.degrees(angles.standard_error[column]))),
        observability=Observability(int(angles.observability[column])),
    )


def _signed(degrees: float) -> str:
    rounded = round(degrees, 1) + 0.0  # -0.04 is 0.0, not -0.0
    return f"{rounded:+.1f}°" if rounded else "0.0°"


def _plus_minus(degrees: float) -> str:
    return f"± {degrees:.1f}°" if np.isfinite(degrees) else "± ?"
