"""`valgus import`: what a lab already has, as trial folders."""

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from stream.files.imports.folder import import_into
from stream.files.imports.trial import Answers
from stream.files.mot import AngleUnit
from stream.files.trc import LengthUnit, VerticalAxis
from valgus.errors import ValgusError


def import_(
    source: Annotated[
        Path, typer.Argument(help="TRC, MOT, STO or C3D file; folder of an OpenCap or Pose2Sim session.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Trial folder to write, or its parent where there are several.")
    ] = None,
    angle_unit: Annotated[str | None, typer.Option(help="deg or rad, where a motion file does not say it.")] = None,
    length_unit: Annotated[str | None, typer.Option(help="m, cm or mm, where a file says it wrong.")] = None,
    up: Annotated[str | None, typer.Option(help="Vertical axis of TRC and C3D files, y or z.")] = None,
) -> None:
    """Import trials of other programs, so that they can be analysed, compared and reported like our own."""
    answers = Answers(
        angle_unit=cast("AngleUnit | None", _one_of("--angle-unit", angle_unit, get_args(AngleUnit))),
        length_unit=cast("LengthUnit | None", _one_of("--length-unit", length_unit, get_args(LengthUnit))),
        up=cast("VerticalAxis | None", _one_of("--up", up, get_args(VerticalAxis))),
    )
    report = import_into(source, out or Path("imported") / source.stem, answers)
    for notice in report.notices:
        typer.echo(f"notice: {notice}", err=True)
    for folder in report.folders:
        typer.echo(folder)


def _one_of(option: str, value: str | None, choices: tuple[str, ...]) -> str | None:
    if value is not None and value not in choices:
        raise ValgusError(f"{option} {value}: choose {' or '.join(choices)}")
    return value
