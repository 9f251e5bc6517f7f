"""`valgus rig calibrate`: footage of a board -> a rig in metres, its quality and a report."""

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from geometry.rig import Rig


def calibrate(
    board: Annotated[Path, typer.Option(help="BOARD.toml: what is printed, and its measured size.")],
    intrinsics: Annotated[Path, typer.Option(help="Folder of <camera>.mp4 or <camera>/*.png for the lenses.")],
    extrinsics: Annotated[Path, typer.Option(help="The same, taken together: where the cameras stand.")],
    out: Annotated[Path, typer.Option(help="Rig file to write, TOML in metres.")],
    report: Annotated[Path, typer.Option(help="Folder for quality.json and report.html.")],
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
    from calibration.rig_calibration import CalibrationRequest
    from calibration.rig_calibration import calibrate as calibrate_rig
    from valgus.cli.rig.output import print_quality, write_calibration

    request = CalibrationRequest(
        board=read_board(board),
        intrinsics=intrinsics,
        extrinsics=extrinsics,
        floor=floor,
        known_points=points,
        tape_m=dict(_tape(text) for text in tape or []),
        previous=_previous(compare, out),
        time_offsets=time_offsets,
    )
    calibration = calibrate_rig(request)
    write_calibration(calibration, out, report)
    print_quality(calibration.quality, out, report)
    return 1 if strict and not calibration.quality.passed else 0


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
