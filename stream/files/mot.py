"""MOT / STO: joint angles under OpenSim's coordinate names, degrees, pelvis position in metres (Y up).

Names that OpenSim's models lack (`knee_adduction_r`, `apparent_valgus_r`, ...) travel as further columns: OpenSim
ignores columns that are no coordinates of its model.  OpenSim's `Storage` silently stops reading at the first NaN, so
an angle that is never known is left out, and so is a frame in which another angle is missing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.errors import NoTrialError, StreamError
from stream.files.angle_trial import angles_without_error, beyond_any_joint, knees_flexing_positively
from stream.files.axes import y_up, z_up
from stream.files.numbers import check_times, number_rows, number_table
from stream.files.replacing import replacing
from stream.files.text import text_lines

Array = NDArray[np.float64]
AngleUnit = Literal["deg", "rad"]

RENAMED = {"knee_flexion": "knee_angle", "ankle_dorsiflexion": "ankle_angle", "ankle_inversion": "subtalar_angle"}
DERIVED = ("anterior_tilt",)
PELVIS_POSITION = ("pelvis_tx", "pelvis_ty", "pelvis_tz")


def coordinate_name(angle: str) -> str:
    """OpenSim's name of one of our angles; our own name where OpenSim's models have no such coordinate."""
    joint, _, side = angle.rpartition("_")
    return f"{RENAMED[joint]}_{side}" if joint in RENAMED else angle


COLUMNS = {coordinate_name(angle): index for index, angle in enumerate(ANGLE_NAMES) if angle not in DERIVED}


def write_mot(path: Path, trial: AngleTrial, pelvis_position: Array | None = None) -> None:
    """Write the angles in degrees.

    Parameters
    ----------
    path : target; its stem becomes the title
    trial : angles at their own times
    pelvis_position : (F, 3) metres, world (Z up), written as `pelvis_tx`, `pelvis_ty`, `pelvis_tz`; left out if None

    Raises
    ------
    StreamError : the file system refuses
    """
    names = [name for name, index in COLUMNS.items() if np.isfinite(trial.values[:, index]).any()]
    table = np.rad2deg(trial.values[:, [COLUMNS[name] for name in names]])
    if pelvis_position is not None:
        names, table = [*PELVIS_POSITION, *names], np.hstack([y_up(pelvis_position), table])
    complete = np.isfinite(table).all(axis=-1)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_header(path.stem, rows=int(complete.sum()), names=["time", *names]))
        for time, row in zip(trial.time_s[complete], number_rows(table[complete], "\t"), strict=True):
            file.write(f"{float(time)!r}\t{row}\n")


def _header(title: str, rows: int, names: list[str]) -> str:
    lines = (
        title,
        "version=1",
        f"nRows={rows}",
        f"nColumns={len(names)}",
        "inDegrees=yes",
        "Units are S.I. units (second, meters, Newtons, ...); angles are in degrees.",
        "endheader",
        "\t".join(names),
    )
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Motion:
    """What a MOT or STO file holds: angles, pelvis position (F, 3) metres Z up or None, and notices to the user."""

    angles: AngleTrial
    pelvis_position: Array | None
    notices: tuple[str, ...]


def read_mot(path: Path, unit: AngleUnit | None = None) -> Motion:
    """Read a motion file; angles that it lacks are NaN, all standard errors are unknown.

    Parameters
    ----------
    path : MOT or STO file of OpenSim (`inDegrees=` header) or SIMM (`datacolumns` header, always degrees)
    unit : what the angles are in, where the header is known to be wrong; by default the header's word, and radians
        where an OpenSim header has none, as OpenSim itself reads it

    Raises
    ------
    StreamError : not a motion file, or rows that disagree with the header
    NoTrialError : no joint angle in it
    """
    lines = text_lines(path)
    end = _end_of_header(path, lines)
    names = lines[end + 1].split()
    table = number_table(path, lines[end + 2 :], columns=len(names), first_line=end + 3, separator=None)
    header = _header_fields(lines[:end])
    _check_rows(path, header, rows=len(table))
    check_times(path, table[:, 0])
    columns = dict(zip(names, table.T, strict=True))
    values, notices = _angles_rad(path, columns, unit or _stated_unit(header))
    pelvis = [columns[name] for name in PELVIS_POSITION if name in columns]
    return Motion(
        angles=angles_without_error(table[:, 0], values),
        pelvis_position=z_up(np.stack(pelvis, axis=-1)) if len(pelvis) == 3 else None,
        notices=notices,
    )


def _end_of_header(path: Path, lines: list[str]) -> int:
    for number, line in enumerate(lines[:-1]):
        if line.strip().lower() == "endheader" and lines[number + 1].split()[:1] == ["time"]:
            return number
    raise StreamError(
        f"{path} is not a motion file: no line 'endheader' followed by column names that begin with 'time'"
    )


def _header_fields(lines: list[str]) -> dict[str, str]:
    pairs = (line.replace("=", " ", 1).split(None, 1) for line in lines)
    return {pair[0].lower(): pair[1].strip().lower() for pair in pairs if len(pair) == 2}


def _stated_unit(header: dict[str, str]) -> AngleUnit:
    if "indegrees" in header:
        return "deg" if header["indegrees"] == "yes" else "rad"
    return "deg" if "datacolumns" in header else "rad"


def _check_rows(path: Path, header: dict[str, str], rows: int) -> None:
    claimed = header.get("nrows", header.get("datarows", str(rows)))
    if claimed != str(rows):
        raise StreamError(
            f"{path} claims {claimed} rows and holds {rows}: it is cut short or was edited; export it again"
        )


def _angles_rad(path: Path, columns: dict[str, Array], unit: AngleUnit) -> tuple[Array, tuple[str, ...]]:
    known = [name for name in COLUMNS if name in columns]
    if not known:
        raise NoTrialError(f"{path} holds no joint angle; it needs columns such as hip_adduction_r, knee_angle_r")
    scale = 1.0 if unit == "rad" else np.pi / 180.0
    values = np.full((len(columns["time"]), len(ANGLE_NAMES)), np.nan)
    for name in known:
        values[:, COLUMNS[name]] = columns[name] * scale
    values[:, ANGLE_NAMES.index("anterior_tilt")] = -values[:, ANGLE_NAMES.index("pelvis_tilt")]
    if (impossible := beyond_any_joint(values)) is not None:
        raise StreamError(
            f"{path}: a joint angle of {impossible:g} rad is none that a body reaches; are the angles in degrees? "
            "Say so with --angle-unit deg"
        )
    return knees_flexing_positively(values)
