"""`valgus rig check`: does an existing rig still hold?"""

from pathlib import Path
from typing import Annotated

import typer


def check(
    rig: Annotated[Path, typer.Argument(metavar="RIG.toml", help="Rig to check.")],
    board: Annotated[Path, typer.Option(help="BOARD.toml: what is printed, and its measured size.")],
    images: Annotated[Path, typer.Option(help="Folder of <camera>.mp4 or <camera>/*.png, taken together.")],
    report: Annotated[Path | None, typer.Option(help="Folder for quality.json and report.html.")] = None,
    time_offsets: Annotated[
        bool, typer.Option("--time-offsets", help="Take a constant time offset of every camera out first.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 1 when a gate fails.")] = False,
) -> int:
    """Measure a rig on new pictures of a board; quality.json goes to --report, else beside the rig file."""
    from calibration.board_file import read_board
    from calibration.formats.aniposelib import read_rig
    from calibration.rig_check import check as check_rig
    from valgus.cli.rig.output import print_quality, write_check

    checked = check_rig(read_rig(rig), read_board(board), images, time_offsets=time_offsets)
    folder = report or rig.resolve().parent
    write_check(checked, folder)
    print_quality(checked.quality, rig, folder)
    return 1 if strict and not checked.quality.passed else 0
