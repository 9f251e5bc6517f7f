"""`valgus rig ...`: print a board, calibrate a rig, check it, keep it right, convert and show it."""

import typer

from valgus.cli.rig.board import board
from valgus.cli.rig.calibrate import calibrate
from valgus.cli.rig.check import check
from valgus.cli.rig.convert import convert
from valgus.cli.rig.floor import floor
from valgus.cli.rig.node import node
from valgus.cli.rig.person import person
from valgus.cli.rig.refine import refine
from valgus.cli.rig.register import register
from valgus.cli.rig.show import show
from valgus.cli.rig.watch import watch

app = typer.Typer(
    name="rig",
    help="Print a board, calibrate a rig, check it, keep it right, convert and show it.",
    no_args_is_help=True,
)
for command in (board, node, calibrate, check, floor, person, refine, register, watch, convert, show):
    app.command()(command)
