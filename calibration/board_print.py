"""A board as a PDF that prints true to scale: plain vector rectangles, a ruler, and what to measure."""

from calibration.board_pattern import Rectangle, black_rectangles
from calibration.boards import Board
from calibration.pdf import RULER_MM, filled, pdf_document, ruler, text

_MARGIN_MM = 15.0
_FOOT_MM = 22.0


def board_pdf(board: Board) -> bytes:
    """PDF of one page per printed side, the page as large as the board and its margins."""
    pages = [_page(board, back=back) for back in ([False, True] if board.two_sided else [False])]
    return pdf_document(pages, _page_size_mm(board))


def _page_size_mm(board: Board) -> tuple[float, float]:
    width = max(1e3 * board.width_m, RULER_MM + 60.0) + 2.0 * _MARGIN_MM
    return width, 1e3 * board.height_m + 2.0 * _MARGIN_MM + _FOOT_MM


def _page(board: Board, *, back: bool) -> str:
    """Drawing commands; PDF's y runs up from the bottom of the page."""
    _, height = _page_size_mm(board)
    shift = 1e3 * board.square_m if board.kind == "checkerboard" else 0.0
    left, top = _MARGIN_MM + shift, height - _MARGIN_MM - shift
    lines: list[str] = []
    if board.inverted:
        around = Rectangle(-0.001 * shift, -0.001 * shift, board.width_m, board.height_m)
        lines += ["0 g", filled(around, left, top), "1 g"]
    lines += [filled(rectangle, left, top) for rectangle in black_rectangles(board, back=back)]
    lines += ["0 g", *ruler(_MARGIN_MM, _FOOT_MM - 8.0)]
    lines.append(text(_MARGIN_MM, _FOOT_MM - 16.0, _description(board, back=back)))
    return "\n".join(lines)


def _description(board: Board, *, back: bool) -> str:
    marker = f", marker {1e3 * board.marker_m:g} mm, {board.dictionary}" if board.dictionary else ""
    side = " (back)" if back else ""
    return (
        f"valgus {board.kind} {board.columns} x {board.rows}, square {1e3 * board.square_m:g} mm{marker}{side}. "
        "Glue flat; measure several squares together and enter the result in BOARD.toml."
    )
