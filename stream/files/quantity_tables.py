"""metrics and drivers: `time` and one column per quantity of analysis, as CSV and Parquet with units and meanings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.quantities import Quantity
from stream.files import conventions
from stream.files.numbers import number_rows
from stream.files.replacing import replacing

Array = NDArray[np.float64]


def write_quantities(folder: Path, table: str, time_s: Array, quantities: Sequence[Quantity]) -> None:
    """Write `<table>.csv` and `<table>.parquet`; an empty cell, or NaN, is a missing value.

    Raises
    ------
    StreamError : the file system refuses
    """
    from stream.files.parquet import Column, Description, write_parquet

    with replacing(folder / f"{table}.csv") as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(("time", *(quantity.name for quantity in quantities))) + "\n")
        rows = number_rows(np.stack([quantity.values for quantity in quantities], axis=1), ",")
        file.writelines(f"{float(time)!r},{row}\n" for time, row in zip(time_s, rows, strict=True))
    columns = [Column("time", time_s, "s", conventions.TIME)]
    columns += [Column(each.name, each.values, each.unit, each.meaning) for each in quantities]
    about = {"planar": "frontal plane of the pelvis' heading", "time": conventions.TIME}
    write_parquet(folder / f"{table}.parquet", columns, Description(table, 1, about))
