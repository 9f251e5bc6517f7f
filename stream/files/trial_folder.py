"""The result files of one trial, in the folder that every other command reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import AngleTrial, PointTrial
from stream.files.angle_tables import read_angles_parquet, write_angles_csv, write_angles_parquet
from stream.files.mot import write_mot
from stream.files.point_tables import read_points_parquet, write_points_parquet
from stream.files.trc import write_trc


@dataclass(frozen=True, eq=False)
class TrialResults:
    """What a trial folder holds; `pelvis_position` is (F, 3) metres, world (Z up), or None."""

    angles: AngleTrial
    points: PointTrial | None = None
    pelvis_position: NDArray[np.float64] | None = None


def write_trial(folder: Path, results: TrialResults) -> None:
    """Write angles.parquet, angles.csv, angles.mot and, where there are points, points.parquet and points.trc.

    Raises
    ------
    StreamError : the file system refuses
    """
    write_angles_csv(folder / "angles.csv", results.angles)
    write_mot(folder / "angles.mot", results.angles, results.pelvis_position)
    if results.points is not None:
        write_points_parquet(folder / "points.parquet", results.points)
        write_trc(folder / "points.trc", results.points)
    write_angles_parquet(folder / "angles.parquet", results.angles)


def read_trial(folder: Path) -> TrialResults:
    """What `write_trial` wrote, from its Parquet tables.

    Raises
    ------
    StreamError : no angles.parquet, or a damaged table
    """
    points = folder / "points.parquet"
    return TrialResults(
        angles=read_angles_parquet(folder / "angles.parquet"),
        points=read_points_parquet(points) if points.exists() else None,
    )
