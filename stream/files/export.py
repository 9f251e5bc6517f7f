"""One trial in the formats of other programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stream.errors import StreamError
from stream.files.analog import AnalogTrial, read_analog
from stream.files.angle_tables import write_angles_csv, write_angles_parquet
from stream.files.c3d_write import write_c3d
from stream.files.events import TrialEvent, read_events
from stream.files.mat import write_mat
from stream.files.mot import write_mot
from stream.files.point_tables import write_points_csv, write_points_parquet
from stream.files.trc import write_trc
from stream.files.trial_folder import TrialResults, read_trial


@dataclass(frozen=True, eq=False)
class RecordedTrial:
    """A trial folder as read: results, and what was recorded beside them."""

    folder: Path
    results: TrialResults
    events: tuple[TrialEvent, ...]
    analog: AnalogTrial | None


def read_recorded_trial(folder: Path) -> RecordedTrial:
    """Everything that a trial folder holds for other programs.

    Raises
    ------
    StreamError : no trial folder, or a damaged file in it
    """
    return RecordedTrial(
        folder, read_trial(folder), read_events(folder / "events.csv"), read_analog(folder / "analog.parquet")
    )


def export_trial(trial: RecordedTrial, formats: Sequence[str], target: Path) -> list[Path]:
    """Write the trial in each of `formats` (keys of `FORMATS`) into the folder `target`; returns the files.

    Raises
    ------
    StreamError : an unknown format, points asked for that the trial lacks, or the file system refuses
    """
    for name in formats:
        if name not in FORMATS:
            raise StreamError(f"format '{name}' is unknown; choose from {', '.join(FORMATS)}")
    return [path for name in formats for path in FORMATS[name](trial, target)]


def _trc(trial: RecordedTrial, target: Path) -> list[Path]:
    if trial.results.points is None:
        raise StreamError(f"{trial.folder} has no points.parquet, so no TRC file can be written; choose other formats")
    path = target / "points.trc"
    write_trc(path, trial.results.points)
    return [path]


def _mot(trial: RecordedTrial, target: Path) -> list[Path]:
    path = target / "angles.mot"
    write_mot(path, trial.results.angles, trial.results.pelvis_position)
    return [path]


def _c3d(trial: RecordedTrial, target: Path) -> list[Path]:
    path = target / "trial.c3d"
    write_c3d(path, trial.results, trial.events, trial.analog)
    return [path]


def _csv(trial: RecordedTrial, target: Path) -> list[Path]:
    paths = [target / "angles.csv"]
    write_angles_csv(paths[0], trial.results.angles)
    if trial.results.points is not None:
        paths.append(target / "points.csv")
        write_points_csv(paths[1], trial.results.points)
    return paths


def _parquet(trial: RecordedTrial, target: Path) -> list[Path]:
    paths = [target / "angles.parquet"]
    write_angles_parquet(paths[0], trial.results.angles)
    if trial.results.points is not None:
        paths.append(target / "points.parquet")
        write_points_parquet(paths[1], trial.results.points)
    return paths


def _mat(trial: RecordedTrial, target: Path) -> list[Path]:
    path = target / "trial.mat"
    write_mat(path, trial.results, trial.events)
    return [path]


FORMATS: Mapping[str, Callable[[RecordedTrial, Path], list[Path]]] = {
    "trc": _trc,
    "mot": _mot,
    "c3d": _c3d,
    "csv": _csv,
    "parquet": _parquet,
    "mat": _mat,
}
