"""The boundary where errors become one line and an exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from geometry.errors import InputError
from valgus.cli import commands
from valgus.cli.commands import COMMANDS, Command
from valgus.cli.main import main


def bad_input() -> None:
    raise InputError("rig.toml: camera 'a'\nstands twice")


def missing_file() -> None:
    Path("/nowhere/at/all").read_text()


def defect() -> None:
    raise ZeroDivisionError("seven by nothing")


def interrupted() -> None:
    raise KeyboardInterrupt


def says_no() -> None:
    raise typer.Exit(1)


def fine(number: int = 1) -> None:
    typer.echo(f"number {number}")


group = typer.Typer()
group.command("inner")(fine)
group.command("other")(says_no)


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = (bad_input, missing_file, defect, interrupted, says_no, fine)
    table = (*(Command(f.__name__, f"{__name__}:{f.__name__}", "A test.") for f in functions),)
    table += (Command("group", f"{__name__}:group", "Two."),)
    monkeypatch.setitem(sys.modules, __name__, sys.modules[bad_input.__module__])
    monkeypatch.setattr(commands, "COMMANDS", table)


def test_input_error_is_one_line_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bad_input"]) == 2
    assert capsys.readouterr().err == "valgus: rig.toml: camera 'a' stands twice\n"


def test_operating_system_error_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["missing_file"]) == 2
    assert capsys.readouterr().err == "valgus: /nowhere/at/all: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["unknown"], ["--unknown"], ["fine", "--unknown"], ["fine", "--number", "x"]])
def test_usage_error_is_one_line_and_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("valgus: ")
    assert "--help" in err


def test_defect_is_one_line_and_code_70(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("VALGUS_DEBUG", raising=False)
    assert main(["defect"]) == 70
    assert capsys.readouterr().err.startswith(
        "valgus: internal error: ZeroDivisionError: seven by nothing; please report"
    )


def test_defect_shows_its_traceback_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALGUS_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["defect"])


def test_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["interrupted"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_command_can_say_no() -> None:
    assert main(["says_no"]) == 1
    assert main(["group", "other"]) == 1


def test_arguments_reach_functions_and_groups(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fine", "--number", "5"]) == 0
    assert main(["group", "inner", "--number", "6"]) == 0
    assert capsys.readouterr().out == "number 5\nnumber 6\n"


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_every_command_without_importing_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "COMMANDS", (Command("far", "no.such.module:function", "Far away."),))
    assert main(arguments) == 0
    assert "Far away." in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_in_the_table_loads_and_explains_itself(command: Command) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "valgus", command.name, "--help"], capture_output=True, text=True, timeout=60
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Usage: valgus " + command.name in shown.stdout
