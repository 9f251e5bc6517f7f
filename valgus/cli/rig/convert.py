"""`valgus rig convert`: one rig format into another."""

from pathlib import Path
from typing import Annotated

import typer


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Rig file (EasyMocap: its folder).")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Rig file to write.")],
    to: Annotated[
        str | None, typer.Option(help="Format of OUT; else from its ending, .toml being the own one.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Format of IN; else recognised.")] = None,
    units: Annotated[
        str | None, typer.Option(help="Unit of IN when it cannot be metres: mm, cm, m, or metres per unit.")
    ] = None,
) -> None:
    """Convert a rig file: aniposelib/Pose2Sim, FreeMoCap, Caliscope, Qualisys, Vicon, EasyMocap, OpenCap."""
    from calibration.formats.any_format import read_any, write_any
    from calibration.formats.units import metres_per_unit

    rig = read_any(source, format_name=from_, metres_per_unit=metres_per_unit(units) if units else None)
    written = write_any(target, rig, format_name=to)
    typer.echo(f"{target}: {len(rig)} cameras as {written}")
