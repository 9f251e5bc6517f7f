"""BOARD.toml: what is printed and how large it came out of the printer."""

from pathlib import Path

import msgspec

from calibration.boards import Board, BoardKind
from calibration.errors import CalibrationError
from calibration.files import read_text

_LARGEST_SIDE = 200
_KINDS: dict[str, BoardKind] = {"charuco": "charuco", "checkerboard": "checkerboard", "aruco_grid": "aruco_grid"}


class BoardFile(msgspec.Struct, forbid_unknown_fields=True):
    """Keys of BOARD.toml; lengths in millimetres as measured on the print."""

    type: str
    columns: int
    rows: int
    square_mm: float
    marker_mm: float = 0.0
    dictionary: str = ""
    inverted: bool = False
    legacy: bool = False
    two_sided: bool = False
    thickness_mm: float = 0.0


def read_board(path: Path | str) -> Board:
    """Board described by a BOARD.toml; CalibrationError names file, key, value and the valid choices."""
    path = Path(path)
    try:
        values = msgspec.toml.decode(read_text(path), type=BoardFile)
    except msgspec.DecodeError as error:
        raise CalibrationError(f"{path}: {error}; keys: {', '.join(BoardFile.__struct_fields__)}") from error
    return board_of(path, values)


def board_toml(board: Board) -> str:
    """BOARD.toml that describes a board."""
    return "".join(
        f"{line}\n"
        for line in (
            f'type = "{board.kind}"',
            f"columns = {board.columns}",
            f"rows = {board.rows}",
            f"square_mm = {1e3 * board.square_m:.10g}",
            *(
                [f"marker_mm = {1e3 * board.marker_m:.10g}", f'dictionary = "{board.dictionary}"']
                if board.dictionary
                else []
            ),
            f"inverted = {str(board.inverted).lower()}",
            *([f"legacy = {str(board.legacy).lower()}"] if board.kind == "charuco" else []),
            *(["two_sided = true", f"thickness_mm = {1e3 * board.thickness_m:.10g}"] if board.two_sided else []),
        )
    )


def board_of(path: Path, values: BoardFile) -> Board:
    """Board of decoded values; errors name `path`."""
    if values.type not in _KINDS:
        raise CalibrationError(f"{path}: type = '{values.type}' is unknown; choose one of {', '.join(_KINDS)}")
    _require_a_lattice(path, values)
    has_markers = values.type != "checkerboard"
    if has_markers:
        _require_markers(path, values)
    if values.two_sided and not (has_markers and values.thickness_mm > 0):
        raise CalibrationError(f"{path}: two_sided needs markers and thickness_mm, the distance between both prints")
    return Board(
        kind=_KINDS[values.type],
        columns=values.columns,
        rows=values.rows,
        square_m=values.square_mm / 1e3,
        marker_m=values.marker_mm / 1e3 if has_markers else 0.0,
        dictionary=_dictionary_name(path, values.dictionary) if has_markers else "",
        inverted=values.inverted,
        legacy=values.legacy,
        thickness_m=values.thickness_mm / 1e3 if values.two_sided else 0.0,
    )


def _require_a_lattice(path: Path, values: BoardFile) -> None:
    least = 1 if values.type == "aruco_grid" else 2 if values.type == "checkerboard" else 3
    for key, value in (("columns", values.columns), ("rows", values.rows)):
        if not least <= value <= _LARGEST_SIDE:
            raise CalibrationError(f"{path}: {key} = {value}; a {values.type} has {least} to {_LARGEST_SIDE}")
    if not 0.0 < values.square_mm < float("inf"):
        raise CalibrationError(f"{path}: square_mm = {values.square_mm:g} must be the measured side in millimetres")


def _require_markers(path: Path, values: BoardFile) -> None:
    if not 0.0 < values.marker_mm < values.square_mm:
        raise CalibrationError(
            f"{path}: marker_mm = {values.marker_mm:g} must lie between 0 and square_mm = {values.square_mm:g}"
        )
    markers = values.columns * values.rows // (2 if values.type == "charuco" else 1) * (2 if values.two_sided else 1)
    largest = _markers_in(_dictionary_name(path, values.dictionary))
    if markers > largest:
        raise CalibrationError(
            f"{path}: the board needs {markers} markers but {values.dictionary} has {largest}; take a larger dictionary"
        )


def _dictionary_name(path: Path, text: str) -> str:
    import cv2

    known = sorted(name for name in dir(cv2.aruco) if name.startswith("DICT_"))
    name = text.upper() if text.upper().startswith("DICT_") else f"DICT_{text.upper()}"
    by_upper = {candidate.upper(): candidate for candidate in known}
    if name not in by_upper:
        raise CalibrationError(f"{path}: dictionary = '{text}' is unknown; choose one of {', '.join(known)}")
    return by_upper[name]


def _markers_in(dictionary: str) -> int:
    import cv2

    return len(cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary)).bytesList)
