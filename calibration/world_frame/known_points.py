"""The world from points whose place is known: taped crosses, corners of the force plate, clicked in the pictures."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.footage.folder import name_key
from calibration.kernels.points import triangulate
from calibration.world_frame.world import World
from geometry import se3
from geometry.rig import Rig

Array = NDArray[np.float64]

_COLUMNS = ("camera", "point", "u", "v", "x_m", "y_m", "z_m")
_LEAST_POINTS = 3
_ON_FLOOR_M = 0.001


@dataclass(frozen=True, eq=False)
class KnownPoints:
    """Places (N, 3) metres in the world, and their pixels (C, N, 2), NaN where not clicked."""

    xyz: Array
    uv: Array


def read_known_points(path: Path, names: Sequence[str]) -> KnownPoints:
    """Points of a CSV file with columns camera,point,u,v,x_m,y_m,z_m; one row per camera and point."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            rows = list(reader)
            columns = list(reader.fieldnames or [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CalibrationError(f"{path}: cannot be read ({error})") from error
    if not set(_COLUMNS) <= set(columns):
        raise CalibrationError(f"{path}: has columns {','.join(columns)}; wanted {','.join(_COLUMNS)}")
    camera_of = {name_key(name): i for i, name in enumerate(names)}
    points = list(dict.fromkeys(row["point"] for row in rows))
    xyz, uv = np.full((len(points), 3), np.nan), np.full((len(names), len(points), 2), np.nan)
    for line, row in enumerate(rows, start=2):
        if name_key(row["camera"]) not in camera_of:
            raise CalibrationError(
                f"{path}: line {line} names camera '{row['camera']}'; the rig has {', '.join(names)}"
            )
        try:
            n = points.index(row["point"])
            xyz[n] = [float(row[key]) for key in ("x_m", "y_m", "z_m")]
            uv[camera_of[name_key(row["camera"])], n] = float(row["u"]), float(row["v"])
        except ValueError:
            raise CalibrationError(f"{path}: line {line} does not hold numbers in {','.join(_COLUMNS[2:])}") from None
    return KnownPoints(xyz, uv)


def world_from_known_points(known: KnownPoints, rig: Rig) -> World:
    """World in which the triangulated points lie where they are known to be (Kabsch).

    The floor residual is that of the points at height zero, or of all points when none is.
    """
    seen, distance = np.empty_like(known.xyz), np.empty(known.uv.shape[:2])
    triangulate(rig.arrays, known.uv, seen, distance)
    usable = np.isfinite(seen).all(axis=1)
    if usable.sum() < _LEAST_POINTS:
        raise CalibrationError(
            f"{int(usable.sum())} known points were clicked in two cameras; at least {_LEAST_POINTS} are needed"
        )
    there, here = known.xyz[usable], seen[usable]
    centred = there - there.mean(axis=0)
    if np.linalg.svd(centred, compute_uv=False)[1] < _ON_FLOOR_M:
        raise CalibrationError("the known points lie on one line; add one beside it")
    rotation = se3.nearest_rotation(centred.T @ (here - here.mean(axis=0)))
    T_world_rig = se3.compose(rotation, there.mean(axis=0) - rotation @ here.mean(axis=0))
    miss = np.linalg.norm(se3.apply(T_world_rig, here) - there, axis=1)
    on_floor = np.abs(there[:, 2]) < _ON_FLOOR_M
    rms = float(np.sqrt((miss[on_floor if on_floor.any() else slice(None)] ** 2).mean()))
    return World(T_world_rig, rms, "known points")
