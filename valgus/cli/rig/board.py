"""`valgus rig board`: a board to print."""

from pathlib import Path
from typing import Annotated

import typer


def board(
    out: Annotated[Path, typer.Option(help="PDF to write; BOARD.toml goes beside it.")],
    board_file: Annotated[
        Path | None, typer.Option("--board", help="BOARD.toml to print; else from the options.")
    ] = None,
    kind: Annotated[str, typer.Option("--type", help="charuco, checkerboard or aruco_grid.")] = "charuco",
    columns: Annotated[int, typer.Option(help="Squares across (checkerboard: inner corners).")] = 7,
    rows: Annotated[int, typer.Option(help="Squares down.")] = 5,
    square_mm: Annotated[float, typer.Option(help="Side of a square.")] = 100.0,
    marker_mm: Annotated[float, typer.Option(help="Side of a marker.")] = 75.0,
    dictionary: Annotated[str, typer.Option(help="OpenCV's name of the marker dictionary.")] = "DICT_5X5_100",
) -> None:
    """Write a print-true PDF of a board, with a ruler to measure what the printer made of it."""
    from calibration.board_file import BoardFile, board_of, board_toml, read_board
    from calibration.board_print import board_pdf
    from calibration.files import write_bytes, write_text

    if board_file is not None:
        printed = read_board(board_file)
    else:
        values = BoardFile(kind, columns, rows, square_mm, marker_mm, dictionary)
        printed = board_of(Path("--type ..."), values)
    write_bytes(out, board_pdf(printed))
    typer.echo(f"{out}: print at 100 %, no fitting; then measure the 100 mm ruler and the squares")
    if board_file is None:
        beside = out.with_suffix(".toml")
        write_text(beside, board_toml(printed))
        typer.echo(f"{beside}: correct square_mm and marker_mm to what you measured")
