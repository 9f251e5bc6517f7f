"""`valgus ...`: run a command, and turn whatever goes wrong into one line and an exit code.

0 done, 1 the command's own "no", 2 bad input or usage, 70 a defect of ours, 130 interrupted.
"""

import os
import sys
from typing import Any

import typer

from geometry.errors import InputError
from valgus.cli.commands import COMMANDS, application

BAD_INPUT = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130


def run() -> None:
    """Entry point of the `valgus` program."""
    raise SystemExit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code of the process."""
    try:
        return _dispatch(arguments)
    except InputError as error:
        return _complain(str(error), BAD_INPUT)
    except typer.TyperException as error:
        return _complain(f"{error.format_message()} {_where_to_read(arguments)}", BAD_INPUT)
    except OSError as error:
        if error.filename is None:
            return _report_defect(error)
        return _complain(f"{error.filename}: {error.strerror}", BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        return _report_defect(error)


def _dispatch(arguments: list[str]) -> int:
    app: Any = typer.main.get_command(application(arguments))
    result = app(arguments or ["--help"], prog_name="valgus", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _where_to_read(arguments: list[str]) -> str:
    known = [command.name for command in COMMANDS if [command.name] == arguments[:1]]
    return f"(see '{' '.join(['valgus', *known, '--help'])}')"


def _complain(message: str, code: int) -> int:
    typer.echo(f"valgus: {' '.join(message.split())}", err=True)
    return code


def _report_defect(error: Exception) -> int:
    if os.environ.get("VALGUS_DEBUG") == "1":
        raise error
    name = type(error).__name__
    return _complain(
        f"internal error: {name}: {error}; please report it with the traceback that VALGUS_DEBUG=1 shows",
        INTERNAL_ERROR,
    )
