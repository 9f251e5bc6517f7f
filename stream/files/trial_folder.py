"""The result files of one trial, in the folder that every other command reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import AngleTrial, PointTrial
from stream.files.angle_tables import read_angles_parquet, write_angles_csv, write_angles_parquet
from stream.files.mot import read_mot, write_mot
from stream.files.point_tables import read_points_parquet, write_points_parquet
from stream.files.trc import write_trc

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrialResults:
    """What a trial folder holds; `pelvis_position` is (F, 3) metres, world (Z up), or None."""

    angles: AngleTrial
    points: PointTrial | None = None
    pelvis_position: Array | None = None


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
    """What `write_trial` wrote: its Parquet tables, and the pelvis position of angles.mot.

    Raises
    ------
    StreamError : no angles.parquet, or a damaged table
    """
    angles = read_angles_parquet(folder / "angles.parquet")
    points = folder / "points.parquet"
    return TrialResults(
        angles=angles,
        points=read_points_parquet(points) if points.exists() else None,
        pelvis_position=_pelvis_position(folder / "angles.mot", angles.time_s),
    )


def _pelvis_position(mot: Path, time_s: Array) -> Array | None:
    """(F, 3) metres from the only file that holds it; NaN in frames that it leaves out."""
    motion = read_mot(mot) if mot.exists() else None
    if motion is None or motion.pelvis_position is None:
        return None
    known, rows = np.isin(time_s, motion.angles.time_s), np.isin(motion.angles.time_s, time_s)
    position = np.full((len(time_s), 3), np.nan)
    position[known] = motion.pelvis_position[rows]
    return position
