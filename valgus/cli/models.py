"""`valgus models list|get`: the networks that find keypoints."""

from pathlib import Path
from typing import Annotated

import typer

from capture.detectors.weight_sources import fetch, install_from
from capture.detectors.weights import MODELS, cache_folder, model

app = typer.Typer(help="List the networks that find keypoints, and fetch their weights.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Show every model, what it is for, and whether its weights are on this machine."""
    for entry in MODELS.values():
        state = "not fetched" if entry.lacking else "ready"
        typer.echo(f"{entry.name:16} {state:12} {entry.purpose}")
    typer.echo(f"weights are kept in {cache_folder()}")


@app.command("get")
def get(
    name: Annotated[str, typer.Argument(help="Name of the model, see 'valgus models list'.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="A .tflite, folder, npm .tgz or .whl instead of the network.")
    ] = None,
) -> None:
    """Fetch the weights of one model into the user's cache; nothing happens where they are already."""
    wanted = model(name)
    if source is not None:
        install_from(source, wanted)
        origin = str(source)
    else:
        origin = fetch(wanted) if wanted.lacking else "the cache"
    typer.echo(f"{name} is ready (from {origin})")
