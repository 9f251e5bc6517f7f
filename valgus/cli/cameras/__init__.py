"""`valgus cameras ...`: cameras of this computer."""

import typer

from valgus.cli.cameras.latency import latency
from valgus.cli.cameras.light import light
from valgus.cli.cameras.list_ import list_
from valgus.cli.cameras.preview import preview
from valgus.cli.cameras.record import record
from valgus.cli.cameras.set_ import set_

app = typer.Typer(help="Cameras of this computer: find them, look through them, set them.", no_args_is_help=True)
app.command("list")(list_)
app.command("preview")(preview)
app.command("set")(set_)
app.command("record")(record)
app.command("latency")(latency)
app.command("light")(light)
