"""analog.parquet: force plates, EMG and other signals that were sampled beside a trial."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream.files.numbers import check_times

Array = NDArray[np.float64]

TIME_MEANING = "seconds since the first frame of the trial; negative before it"


@dataclass(frozen=True, eq=False)
class AnalogTrial:
    """C channels sampled together.

    Attributes
    ----------
    time_s : (S,) seconds since the first frame of the trial; earlier samples are negative
    names, units : C words each, a unit as its source writes it (`V`, `N`, `Nmm`)
    values : (S, C), NaN where missing
    """

    time_s: Array
    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Array


def write_analog(path: Path, analog: AnalogTrial) -> None:
    """Write `time` and one column per channel, its unit in the column's metadata.

    Raises
    ------
    StreamError : the file system refuses
    """
    from stream.files.parquet import Column, Description, write_parquet

    channels = zip(analog.names, analog.units, analog.values.T, strict=True)
    columns = [
        Column("time", analog.time_s, "s", TIME_MEANING),
        *(Column(name, values, unit, "as scaled by its source") for name, unit, values in channels),
    ]
    write_parquet(path, columns, Description("analog", 1, {"time": TIME_MEANING}))


def read_analog(path: Path) -> AnalogTrial | None:
    """Analog signals of a trial folder; None where the file does not exist.

    Raises
    ------
    StreamError : a damaged table
    """
    if not path.exists():
        return None
    from stream.files.parquet import read_parquet

    table = read_parquet(path)
    time_s = table.numbers("time")
    check_times(path, time_s)
    names = tuple(name for name in table.columns if name != "time")
    values = np.stack([table.numbers(name) for name in names], axis=-1)
    return AnalogTrial(time_s, names, tuple(table.units[name] for name in names), values)
