"""`valgus rig node`: a computer's cameras look for the board."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer


def node(
    config: Annotated[Path, typer.Argument(metavar="NODE.toml", help="Cameras and hub of this computer.")],
    board: Annotated[Path, typer.Option(help="BOARD.toml: what is printed, and its measured size.")],
) -> None:
    """Look for a board in the pictures of this computer's cameras, for `valgus rig calibrate --live`, until stopped."""
    from calibration.board_file import read_board
    from capture.node_config import read_node_config
    from valgus.rigs.board_node import run_board_node

    settings, printed = read_node_config(config), read_board(board)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    run_board_node(settings, printed, stop)
