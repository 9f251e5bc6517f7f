"""`valgus rig calibrate`: footage of a board -> a rig in metres, its quality and a report."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from geometry.errors import InputError
from geometry.rig import Rig

if TYPE_CHECKING:
    from calibration.boards import Board
    from calibration.rig_calibration import CalibrationRequest
    from calibration.rig_footage import Seen


def calibrate(
    board: Annotated[Path, typer.Option(help="BOARD.toml: what is printed, and its measured size.")],
    out: Annotated[Path, typer.Option(help="Rig file to write, TOML in metres.")],
    report: Annotated[Path, typer.Option(help="Folder for quality.json and report.html.")],
    intrinsics: Annotated[
        Path | None, typer.Option(help="Folder of <camera>.mp4 or <camera>/*.png for the lenses.")
    ] = None,
    extrinsics: Annotated[Path | None, typer.Option(help="The same, taken together: where the cameras stand.")] = None,
    lenses: Annotated[
        Path | None, typer.Option(metavar="RIG.toml", help="Take the lenses over from this rig; no --intrinsics then.")
    ] = None,
    live: Annotated[
        Path | None, typer.Option(metavar="GUIDE.toml", help="Instead of footage: running nodes (`valgus rig node`).")
    ] = None,
    floor: Annotated[Path | None, typer.Option(help="Footage of the board lying on the floor, print up.")] = None,
    points: Annotated[
        Path | None, typer.Option(help="CSV camera,point,u,v,x_m,y_m,z_m of clicked points with known places.")
    ] = None,
    tape: Annotated[
        list[str] | None, typer.Option(help="Distance between two cameras in metres: cam01,cam02=3.20 (repeatable).")
    ] = None,
    compare: Annotated[Path | None, typer.Option(help="Last calibration of this rig; --out if it exists.")] = None,
    time_offsets: Annotated[
        bool, typer.Option("--time-offsets", help="Find a constant time offset of every camera as well.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 1 when a gate fails.")] = False,
) -> int:
    """Calibrate a rig from footage of a board moved through the volume."""
    from calibration.board_file import read_board
    from calibration.formats.aniposelib import read_rig
    from calibration.rig_calibration import CalibrationRequest
    from calibration.rig_calibration import calibrate as calibrate_rig
    from valgus.cli.rig.output import print_quality, write_calibration

    request = CalibrationRequest(
        board=read_board(board),
        known_points=points,
        tape_m=dict(_tape(text) for text in tape or []),
        previous=_previous(compare, out),
        lenses=None if lenses is None else read_rig(lenses),
        time_offsets=time_offsets,
    )
    calibration = calibrate_rig(request, _seen(request, live, intrinsics, extrinsics, floor))
    write_calibration(calibration, out, report)
    print_quality(calibration.quality, out, report)
    return 1 if strict and not calibration.quality.passed else 0


def _seen(
    request: "CalibrationRequest",
    live: Path | None,
    intrinsics: Path | None,
    extrinsics: Path | None,
    floor: Path | None,
) -> "Seen":
    """What the cameras saw: in folders of footage, or now."""
    if live is not None:
        if intrinsics is not None or extrinsics is not None or floor is not None:
            raise InputError("--live takes the place of --intrinsics, --extrinsics and --floor; give one or the other")
        return _seen_live(live, request.board)
    if request.lenses is not None and intrinsics is not None:
        raise InputError("--lenses takes the place of --intrinsics; give one or the other")
    if extrinsics is None or (intrinsics is None and request.lenses is None):
        raise InputError("give --intrinsics (or --lenses) and --extrinsics, or --live for running nodes")
    from calibration.rig_footage import look_at_footage

    return look_at_footage(request.board, intrinsics, extrinsics, floor)


def _seen_live(config: Path, board: "Board") -> "Seen":
    from valgus.rigs.guide.config import read_guide_config
    from valgus.rigs.guide.session import collect_live

    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    # Ctrl-C: calibrate from what there is.
    before = signal.signal(signal.SIGINT, end)
    try:
        return collect_live(read_guide_config(config), board, stop, typer.echo)
    finally:
        signal.signal(signal.SIGINT, before)


def _tape(text: str) -> tuple[tuple[str, str], float]:
    cameras, _, metres = text.partition("=")
    names = [name.strip() for name in cameras.split(",")]
    try:
        one, other = names
        return (one, other), float(metres)
    except ValueError:
        raise InputError(f"--tape {text}: wanted two cameras and metres, such as cam01,cam02=3.20") from None


def _previous(compare: Path | None, out: Path) -> Rig | None:
    """Rig to compare with: the one named, else the one about to be replaced if it can be read."""
    from calibration.formats.aniposelib import read_rig

    if compare is not None:
        return read_rig(compare)
    if not out.is_file():
        return None
    try:
        return read_rig(out)
    except InputError:
        return None
