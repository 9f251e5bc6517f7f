"""points.parquet: where every keypoint was, how surely, from how many cameras and how well they agreed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from reconstruct.types import PointTrial
from stream.errors import StreamError
from stream.files import conventions
from stream.files.numbers import check_times, number_rows
from stream.files.replacing import replacing

Array = NDArray[np.float64]


def point_standard_error(covariance: Array) -> Array:
    """Root mean square over the axes of the standard errors, metres, of covariances (..., 3, 3)."""
    return np.sqrt(np.trace(covariance, axis1=-2, axis2=-1) / 3.0)


def write_points_parquet(path: Path, trial: PointTrial) -> None:
    """Write `time` and, for every point, `_x`, `_y`, `_z`, `_se` (metres), `_views` and `_px`.

    Raises
    ------
    StreamError : the file system refuses
    """
    from stream.files.parquet import Column, Description, write_parquet

    standard_error = point_standard_error(trial.covariance)
    columns = [Column("time", trial.time_s, "s", conventions.TIME)]
    for k, name in enumerate(trial.keypoint_set.names):
        columns += [Column(f"{name}_{axis}", trial.xyz[:, k, i], "m", "world position") for i, axis in enumerate("xyz")]
        columns += [
            Column(f"{name}_se", standard_error[:, k], "m", conventions.POINT_ERROR),
            Column(f"{name}_views", trial.views[:, k], "1", "number of cameras used"),
            Column(f"{name}_px", trial.residual_px[:, k], "px", "root mean square reprojection error"),
        ]
    about = {"world": conventions.WORLD, "standard_error": conventions.POINT_ERROR, "time": conventions.TIME}
    points = trial.keypoint_set
    write_parquet(path, columns, Description("points", 1, about, points.name, points.names))


def write_points_csv(path: Path, trial: PointTrial) -> None:
    """Write the columns of points.parquet; an empty cell is a missing value.

    Raises
    ------
    StreamError : the file system refuses
    """
    frames = len(trial.time_s)
    standard_error = point_standard_error(trial.covariance)
    views = trial.views.astype(np.float64)
    per_point = np.stack([*np.moveaxis(trial.xyz, -1, 0), standard_error, views, trial.residual_px], axis=-1)
    names = (f"{name}_{end}" for name in trial.keypoint_set.names for end in ("x", "y", "z", "se", "views", "px"))
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(("time", *names)) + "\n")
        for time, row in zip(trial.time_s, number_rows(per_point.reshape(frames, -1), ","), strict=True):
            file.write(f"{float(time)!r},{row}\n")


def read_points_parquet(path: Path) -> PointTrial:
    """Points of a trial folder.

    The table keeps one standard error per point: the covariance comes back isotropic; residuals of single cameras
    are not in it.  A point that no camera saw and that has a position was bridged.

    Raises
    ------
    StreamError : missing, damaged, or not a table of points
    """
    from stream.files.parquet import read_parquet

    table = read_parquet(path)
    if table.description is None or table.description.table != "points":
        raise StreamError(f"{path} is not a table of points; give one that `valgus process` or `valgus import` wrote")
    names = table.description.points
    time_s = table.numbers("time")
    check_times(path, time_s)

    def stacked(suffix: str) -> Array:
        return np.stack([table.numbers(name + suffix) for name in names], axis=-1)

    xyz = np.stack([stacked("_x"), stacked("_y"), stacked("_z")], axis=-1)
    variance, views = stacked("_se") ** 2, stacked("_views").astype(np.int8)
    return PointTrial(
        time_s=time_s,
        keypoint_set=KeypointSet(table.description.keypoint_set, names),
        xyz=xyz,
        covariance=variance[..., None, None] * np.eye(3),
        views=views,
        residual_px=stacked("_px"),
        camera_residual_px=np.full((0, *views.shape), np.nan),
        bridged=(views == 0) & np.isfinite(xyz).all(axis=-1) & np.isfinite(variance),
    )
