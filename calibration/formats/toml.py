"""TOML with every digit of its numbers."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.files import read_text
from geometry import se3

Array = NDArray[np.float64]

_LAST_DIGITS = 6


def parse(path: Path) -> dict[str, Any]:
    """Tables of a TOML file."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CalibrationError(f"{path}: is not valid TOML: {error}") from error


def rotation_vector(rotation: Array) -> Array:
    """The vector, among the closest doubles, that reads back as this very matrix."""
    vector = se3.vector_from_rotation(rotation)
    steps = np.arange(-_LAST_DIGITS, _LAST_DIGITS + 1)
    neighbours = vector + np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3) * np.spacing(
        vector
    )
    misses = np.abs(se3.rotation_from_vector(neighbours) - rotation).max(axis=(1, 2))
    return neighbours[np.argmin(misses)]


def numbers(values: Iterable[float]) -> str:
    """A list of numbers that reads back exactly."""
    return f"[{', '.join(repr(float(value)) for value in values)}]"


def key(name: str) -> str:
    """A key, quoted where it has to be."""
    return name if name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name) else string(name)


def string(text: str) -> str:
    """A quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
