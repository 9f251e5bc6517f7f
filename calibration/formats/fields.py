"""Reading one value out of a parsed rig file, with an error that names file, camera and key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from geometry.rig import Camera

Array = NDArray[np.float64]
Table = Mapping[str, Any]


def table(path: Path, where: str, value: object) -> Table:
    """The value itself, once it is known to be a table."""
    if not isinstance(value, Mapping):
        raise CalibrationError(f"{path}: '{where}' is not a table; a rig file has one table per camera and [metadata]")
    return cast(Table, value)


def numbers(path: Path, where: str, values: Table, key: str, *shapes: tuple[int, ...]) -> Array:
    """Finite numbers under `key`, of one of these shapes."""
    if key not in values:
        raise CalibrationError(f"{path}: [{where}] has no '{key}'; it has {', '.join(values) or 'nothing'}")
    try:
        value = np.asarray(values[key], dtype=float)
    except (TypeError, ValueError):
        raise CalibrationError(f"{path}: [{where}] {key} = {values[key]!r} is not made of numbers") from None
    if value.shape not in shapes:
        wanted = " or ".join("x".join(map(str, shape)) for shape in shapes)
        raise CalibrationError(f"{path}: [{where}] {key} has shape {'x'.join(map(str, value.shape))}, wanted {wanted}")
    if not np.all(np.isfinite(value)):
        raise CalibrationError(f"{path}: [{where}] {key} holds values that are not finite; calibrate this camera again")
    return value


def image_size(path: Path, where: str, values: Table, key: str = "size") -> tuple[int, int]:
    """(width, height) in whole positive pixels."""
    width, height = numbers(path, where, values, key, (2,))
    if width < 1 or height < 1 or width % 1 or height % 1:
        raise CalibrationError(f"{path}: [{where}] {key} = [{width:g}, {height:g}] is not a width and height in px")
    return int(width), int(height)


def intrinsic_matrix(path: Path, where: str, values: Table, key: str = "matrix") -> Array:
    """(3, 3) intrinsic matrix with positive focal lengths."""
    matrix = numbers(path, where, values, key, (3, 3))
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or matrix[2].tolist() != [0.0, 0.0, 1.0]:
        raise CalibrationError(
            f"{path}: [{where}] {key} is not an intrinsic matrix: it needs positive focal lengths and a last row 0 0 1"
        )
    return matrix


def padded_distortion(camera: Camera) -> Array:
    """Distortion coefficients, zeros added up to a number that every reader knows."""
    length = next(n for n in ((4,) if camera.fisheye else (4, 5, 8)) if n >= len(camera.distortion))
    return np.concatenate([camera.distortion, np.zeros(length - len(camera.distortion))])


def distortion(path: Path, where: str, values: Table, key: str = "distortions", *, fisheye: bool = False) -> Array:
    """Distortion coefficients: 4 of a fisheye, 4, 5 or 8 of a pinhole lens."""
    return numbers(path, where, values, key, *([(4,)] if fisheye else [(4,), (5,), (8,)]))
