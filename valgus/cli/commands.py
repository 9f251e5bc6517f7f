"""The table of commands.

A command is a plain typed function (or a `typer.Typer` of its own for `valgus rig ...`) in a file of this folder,
named here by its import path so that only the command that runs is ever imported.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer

from valgus import __version__


@dataclass(frozen=True)
class Command:
    """One word after `valgus`: where its function lives, `module:attribute`, and one line about it."""

    name: str
    target: str
    summary: str

    def load(self) -> Any:
        """Import the function, or the `typer.Typer` that groups several."""
        module, attribute = self.target.split(":")
        return getattr(import_module(module), attribute)


COMMANDS: tuple[Command, ...] = (
    Command("demo", "valgus.cli.demo:demo", "The whole live system on this machine, judged by a known truth."),
    Command("process", "valgus.cli.process:process", "Turn a recorded movement into points and joint angles."),
    Command(
        "node", "valgus.cli.node:node", "Find keypoints beside the cameras of one computer and send them to the hub."
    ),
    Command("live", "valgus.cli.live:live", "A session on running nodes: estimate, publish, stream and record."),
    Command("cameras", "valgus.cli.cameras:app", "Find, look through and set the cameras of this computer."),
    Command("keys", "valgus.cli.keys:app", "Make the keys with which hub and nodes know each other."),
    Command("rig", "valgus.cli.rig:app", "Print a board, calibrate a rig, check, convert and show it."),
    Command("tags", "valgus.cli.tags:app", "Print tags for rigid plates on sacrum, thighs and shanks."),
    Command("models", "valgus.cli.models:app", "List the networks that find keypoints, and fetch their weights."),
    Command("view", "valgus.cli.view:view", "Watch a trial or a live session in 3-D, or draw one picture of it."),
    Command("doctor", "valgus.cli.doctor:doctor", "Look at this machine and say what is missing."),
    Command("import", "valgus.cli.import_:import_", "Import TRC, MOT, C3D, OpenCap and Pose2Sim trials."),
    Command("export", "valgus.cli.export:export", "Write a trial as TRC, MOT, C3D, CSV, Parquet or MATLAB file."),
)


def application(arguments: list[str]) -> typer.Typer:
    """Every command by name and summary; only the one that `arguments` asks for is imported."""
    app = typer.Typer(name="valgus", add_completion=False, rich_markup_mode=None)
    app.callback()(_describe)
    for command in COMMANDS:
        if arguments[:1] == [command.name]:
            _register(app, command.name, command.load())
        else:
            app.command(command.name, help=command.summary)(_not_asked_for)
    return app


def _register(app: typer.Typer, name: str, target: Any) -> None:
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=name)
    else:
        app.command(name)(target)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"valgus {__version__}")
        raise typer.Exit


def _describe(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """True 3-D hip adduction, hip internal rotation and knee valgus, each with its error bar."""


def _not_asked_for() -> None:
    """Stand in for a command in the list of commands."""
