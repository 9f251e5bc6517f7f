"""TRC: marker positions as OpenSim reads them (tab-separated, Y up, an empty cell where a point is missing).

OpenSim drops an empty last cell and then refuses the row, so a missing last coordinate is written as `nan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import PointTrial
from stream.errors import StreamError
from stream.files.axes import y_up, z_up
from stream.files.marker_trial import marker_trial
from stream.files.numbers import check_times, number_rows, number_table
from stream.files.rates import mean_rate_hz
from stream.files.replacing import replacing
from stream.files.text import text_lines

Array = NDArray[np.float64]
LengthUnit = Literal["m", "cm", "mm"]
VerticalAxis = Literal["y", "z"]

FIELDS = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames"
METRES: dict[str, float] = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}


def write_trc(path: Path, trial: PointTrial) -> None:
    """Write the points in metres at their own times.

    Raises
    ------
    StreamError : the file system refuses
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in _header(path.name, trial))
        cells = number_rows(y_up(trial.xyz).reshape(len(trial.time_s), -1), "\t")
        for number, (time, row) in enumerate(zip(trial.time_s, cells, strict=True), start=1):
            last_cell = "nan" if row.endswith("\t") else ""
            file.write(f"{number}\t{float(time)!r}\t{row}{last_cell}\n")


def _header(title: str, trial: PointTrial) -> list[str]:
    names = trial.keypoint_set.names
    rate = f"{mean_rate_hz(trial.time_s):.10g}"
    frames = str(len(trial.time_s))
    axes = (f"{axis}{i}" for i in range(1, len(names) + 1) for axis in "XYZ")
    return [
        f"PathFileType\t4\t(X/Y/Z)\t{title}",
        FIELDS,
        "\t".join((rate, rate, frames, str(len(names)), "m", rate, "1", frames)),
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(axes),
        "",
    ]


@dataclass(frozen=True)
class _Header:
    """What the first five lines of a TRC file say; `length_m` is its unit of length in metres."""

    frames: int
    names: tuple[str, ...]
    length_m: float


def read_trc(path: Path, unit: LengthUnit | None = None, up: VerticalAxis = "y") -> PointTrial:
    """Points of a TRC file in metres, Z up, at the file's own times; nothing is known of their errors.

    Parameters
    ----------
    path : TRC file
    unit : what lengths are in, where the header is known to be wrong
    up : the file's vertical axis; programs that follow OpenSim have y, some keep a lab's z

    Raises
    ------
    StreamError : not a TRC file, an unknown unit, or rows that disagree with the header
    """
    lines = text_lines(path)
    header = _read_header(path, lines)
    table = number_table(path, lines[5:], columns=2 + 3 * len(header.names), first_line=6, separator="\t")
    if len(table) != header.frames:
        raise StreamError(
            f"{path} claims {header.frames} frames and holds {len(table)}: it is cut short or was edited; "
            "export it again or set NumFrames in line 3 to what it holds"
        )
    check_times(path, table[:, 1])
    lengths = table[:, 2:].reshape(len(table), len(header.names), 3)
    metres = lengths * (header.length_m if unit is None else METRES[unit])
    return marker_trial(table[:, 1], header.names, z_up(metres) if up == "y" else metres)


def _read_header(path: Path, lines: Sequence[str]) -> _Header:
    if len(lines) < 5 or not lines[0].startswith("PathFileType"):
        raise StreamError(f"{path} is not a TRC file: it does not begin with the 5 header lines after 'PathFileType 4'")
    fields = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    names = tuple(cell.strip() for cell in lines[3].split("\t")[2:] if cell.strip())
    try:
        header = _Header(int(fields["NumFrames"]), names, METRES[fields["Units"]])
        markers = int(fields["NumMarkers"])
    except (KeyError, ValueError) as error:
        raise StreamError(
            f"{path}: lines 2 and 3 must give NumFrames, NumMarkers and Units ({', '.join(METRES)}); {error} is wrong"
        ) from error
    if markers != len(names) or len(set(names)) != len(names):
        raise StreamError(
            f"{path}: line 3 claims {markers} markers, line 4 names {len(set(names))} different ones; export it again"
        )
    return header
