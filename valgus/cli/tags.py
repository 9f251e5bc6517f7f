"""`valgus tags sheet`: tags for rigid plates on sacrum, thighs and shanks."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Tags on rigid plates, which make knee adduction measured.", no_args_is_help=True)


@app.callback()
def tags() -> None:
    """Plates on sacrum, thighs and shanks show what skin and keypoints hide."""


@app.command("sheet")
def sheet(
    out: Annotated[Path, typer.Argument(help="PDF to write.")],
    plates: Annotated[
        Path | None, typer.Option("--tags", help="tags.toml to print; else the one beside the PDF, or nine new plates.")
    ] = None,
    size_mm: Annotated[float, typer.Option(min=10, max=150, help="Side of a tag, where no tags.toml says it.")] = 80,
) -> None:
    """Write a print-true sheet of tags, with a ruler to measure what the printer made of it."""
    from calibration.files import write_bytes, write_text
    from capture.keypoint_files.tags import PLATES_FILE, read_tag_plates, tag_plates_toml, usual_plates
    from valgus.tag_sheet import tag_sheet_pdf

    described = plates or out.with_name(PLATES_FILE)
    new = plates is None and not described.exists()
    printed = usual_plates(1e-3 * size_mm) if new else read_tag_plates(described)
    write_bytes(out, tag_sheet_pdf(printed))
    typer.echo(f"{out}: print at 100 %, no fitting; then measure the ruler and the tags")
    if new:
        write_text(described, tag_plates_toml(printed))
    typer.echo(f"{described}: correct size_m to what you measured; name it in the node's configuration")
