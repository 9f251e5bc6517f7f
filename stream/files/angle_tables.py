"""angles.csv and angles.parquet: `time`, then value, standard error and observability of every angle, in degrees."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, Observability
from stream.errors import StreamError
from stream.files import conventions
from stream.files.numbers import check_times, number_rows
from stream.files.replacing import replacing

Array = NDArray[np.float64]

LABELS = np.array([Observability(code).label for code in sorted(Observability)])


def write_angles_csv(path: Path, trial: AngleTrial) -> None:
    """Write a table with one row per frame; equal arrays give equal bytes; an empty cell is a missing value.

    Raises
    ------
    StreamError : the file system refuses
    """
    values = number_rows(np.rad2deg(trial.values), ",")
    errors = number_rows(np.rad2deg(trial.standard_error), ",")
    labels = LABELS[trial.observability]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        columns = (f"{name},{name}_se,{name}_obs" for name in ANGLE_NAMES)
        file.write(",".join(("time", *columns)) + "\n")
        for time, value, error, label in zip(trial.time_s, values, errors, labels, strict=True):
            cells = map(",".join, zip(value.split(","), error.split(","), label, strict=True))
            file.write(f"{float(time)!r},{','.join(cells)}\n")


def write_angles_parquet(path: Path, trial: AngleTrial) -> None:
    """Write a table with units and sign conventions in its schema.

    Raises
    ------
    StreamError : the file system refuses
    """
    from stream.files.parquet import Column, Description, write_parquet

    labels = LABELS[trial.observability]
    columns = [Column("time", trial.time_s, "s", conventions.TIME)]
    for i, (name, meaning) in enumerate(conventions.MEANINGS.items()):
        columns += [
            Column(name, np.rad2deg(trial.values[:, i]), "deg", meaning),
            Column(f"{name}_se", np.rad2deg(trial.standard_error[:, i]), "deg", "standard error"),
            Column(f"{name}_obs", labels[:, i].tolist(), "", conventions.OBSERVABILITY),
        ]
    about = {"angles": conventions.ANGLES, "observability": conventions.OBSERVABILITY, "time": conventions.TIME}
    write_parquet(path, columns, Description("angles", 1, about))


def read_angles_parquet(path: Path) -> AngleTrial:
    """Angles of a trial folder, radians.

    Raises
    ------
    StreamError : missing, damaged, or columns that are absent or not numbers
    """
    from stream.files.parquet import read_parquet

    table = read_parquet(path)
    time_s = table.numbers("time")
    check_times(path, time_s)
    return AngleTrial(
        time_s=time_s,
        values=np.deg2rad(np.stack([table.numbers(name) for name in ANGLE_NAMES], axis=-1)),
        standard_error=np.deg2rad(np.stack([table.numbers(f"{name}_se") for name in ANGLE_NAMES], axis=-1)),
        observability=_codes(path, np.stack([table.words(f"{name}_obs") for name in ANGLE_NAMES], axis=-1)),
    )


def _codes(path: Path, words: NDArray[np.str_]) -> NDArray[np.int8]:
    known = words[..., None] == LABELS
    if not known.any(axis=-1).all():
        raise StreamError(f"{path}: an observability is none of {', '.join(LABELS)}; write the trial again")
    return known.argmax(axis=-1).astype(np.int8)
