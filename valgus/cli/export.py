"""`valgus export`: a trial in the formats of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from stream.files.export import FORMATS, export_trial, read_recorded_trial


def export(
    trial: Annotated[Path, typer.Argument(help="Folder that `valgus process`, `import` or a session wrote.")],
    formats: Annotated[str, typer.Option("--format", help=f"Comma-separated: {', '.join(FORMATS)}.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; the trial's own by default.")] = None,
) -> None:
    """Write a trial as TRC, MOT, C3D, CSV, Parquet or MATLAB file."""
    wanted = [word.strip().lower() for word in formats.split(",") if word.strip()]
    for path in export_trial(read_recorded_trial(trial), wanted, out or trial):
        typer.echo(path)
