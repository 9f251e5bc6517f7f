"""`valgus keys new`: what hub and nodes prove with who they are."""

from pathlib import Path
from typing import Annotated

import typer

from capture.keys import write_new_keys

app = typer.Typer(help="Make the keys with which hub and nodes know each other.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keys are needed as soon as hub and nodes run on different computers."""


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Whose keys: 'hub', or the name of a node.")],
    out: Annotated[Path, typer.Option(help="Folder to write NAME.key and NAME.pub to.")] = Path("keys"),
) -> None:
    """Make a pair of keys: NAME.key stays on its computer, NAME.pub is copied to the other side."""
    secret, public = write_new_keys(out, name)
    typer.echo(f"{secret} stays on the computer of '{name}'; copy {public} to the other side")
