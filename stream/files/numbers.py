"""Numbers in text tables: nine decimals out, clear complaints in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream.errors import StreamError

Array = NDArray[np.float64]


def number_rows(table: Array, separator: str) -> Iterator[str]:
    """Rows of an (F, N) table as text: nine decimals (a nanometre, a billionth of a degree), empty cells for NaN."""
    template = separator.join(["%.9f"] * table.shape[1])
    positive_zeros = np.round(table, 9) + 0.0
    for row in positive_zeros:
        yield (template % tuple(row.tolist())).replace("nan", "")


def number_table(path: Path, lines: Sequence[str], columns: int, first_line: int, separator: str | None) -> Array:
    """(F, columns) numbers of the lines that are not blank; NaN for an empty cell and for cells left out at the end.

    Parameters
    ----------
    lines : the lines below the header
    first_line : number of the first of them in the file, for complaints
    separator : between cells, None for any white space

    Raises
    ------
    StreamError : too many cells, or a cell that is neither empty nor a finite number nor NaN
    """
    rows = [(number, line) for number, line in enumerate(lines, start=first_line) if line.strip()]
    table = np.full((len(rows), columns), np.nan)
    for row, (number, line) in zip(table, rows, strict=True):
        cells = line.rstrip().split(separator)
        if len(cells) > columns:
            raise StreamError(
                f"{path}, line {number}: {len(cells)} cells where the header has {columns}; export the file again"
            )
        row[: len(cells)] = _numbers(path, number, cells)
    return table


def _numbers(path: Path, line: int, cells: list[str]) -> list[float]:
    try:
        numbers = [float(cell) if cell.strip() else np.nan for cell in cells]
    except ValueError as error:
        raise StreamError(f"{path}, line {line}: {error}; export the file again") from error
    if np.inf in numbers or -np.inf in numbers:
        raise StreamError(f"{path}, line {line}: an infinite number; export the file again")
    return numbers


def check_times(path: Path, time_s: Array) -> None:
    """Refuse times that are missing, absent or do not increase.

    Raises
    ------
    StreamError : naming the first row that is wrong
    """
    if not len(time_s):
        raise StreamError(f"{path} holds no frames; export the trial again")
    wrong = ~np.isfinite(time_s)
    wrong[1:] |= ~(np.diff(time_s) > 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise StreamError(f"{path}: time {time_s[row]:g} s of data row {row + 1} does not follow the one before it")
