"""A board as a PDF that prints true to scale: plain vector rectangles, a ruler, and what to measure."""

from calibration.board_pattern import Rectangle, black_rectangles
from calibration.boards import Board

_POINTS_PER_MM = 72.0 / 25.4
_MARGIN_MM = 15.0
_RULER_MM = 100
_FOOT_MM = 22.0


def board_pdf(board: Board) -> bytes:
    """PDF of one page per printed side, the page as large as the board and its margins."""
    pages = [_page(board, back=back) for back in ([False, True] if board.two_sided else [False])]
    return _document(pages, _page_size_mm(board))


def _page_size_mm(board: Board) -> tuple[float, float]:
    width = max(1e3 * board.width_m, _RULER_MM + 60.0) + 2.0 * _MARGIN_MM
    return width, 1e3 * board.height_m + 2.0 * _MARGIN_MM + _FOOT_MM


def _page(board: Board, *, back: bool) -> str:
    """Drawing commands; PDF's y runs up from the bottom of the page."""
    _, height = _page_size_mm(board)
    shift = 1e3 * board.square_m if board.kind == "checkerboard" else 0.0
    left, top = _MARGIN_MM + shift, height - _MARGIN_MM - shift
    lines: list[str] = []
    if board.inverted:
        around = Rectangle(-0.001 * shift, -0.001 * shift, board.width_m, board.height_m)
        lines += ["0 g", _filled(around, left, top), "1 g"]
    lines += [_filled(rectangle, left, top) for rectangle in black_rectangles(board, back=back)]
    lines += ["0 g", *_ruler(_MARGIN_MM, _FOOT_MM - 8.0)]
    lines += [_text(_MARGIN_MM + _RULER_MM + 6.0, _FOOT_MM - 8.0, text) for text in ("100 mm when printed at 100 %",)]
    lines.append(_text(_MARGIN_MM, _FOOT_MM - 16.0, _description(board, back=back)))
    return "\n".join(lines)


def _filled(rectangle: Rectangle, left_mm: float, top_mm: float) -> str:
    x = left_mm + 1e3 * rectangle.x
    y = top_mm - 1e3 * (rectangle.y + rectangle.height)
    numbers = (x, y, 1e3 * rectangle.width, 1e3 * rectangle.height)
    return " ".join(f"{value * _POINTS_PER_MM:.4f}" for value in numbers) + " re f"


def _ruler(x_mm: float, y_mm: float) -> list[str]:
    ticks = [Rectangle(0.001 * mm, -0.001 * (4 if mm % 10 == 0 else 2), 0.0002, 0.001 * (4 if mm % 10 == 0 else 2))
             for mm in range(_RULER_MM + 1)]  # fmt: skip
    return [_filled(tick, x_mm, y_mm) for tick in [Rectangle(0.0, 0.0, 0.001 * _RULER_MM, 0.0002), *ticks]]


def _text(x_mm: float, y_mm: float, text: str) -> str:
    safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 8 Tf {x_mm * _POINTS_PER_MM:.2f} {y_mm * _POINTS_PER_MM:.2f} Td ({safe}) Tj ET"


def _description(board: Board, *, back: bool) -> str:
    marker = f", marker {1e3 * board.marker_m:g} mm, {board.dictionary}" if board.dictionary else ""
    side = " (back)" if back else ""
    return (
        f"valgus {board.kind} {board.columns} x {board.rows}, square {1e3 * board.square_m:g} mm{marker}{side}. "
        "Glue flat; measure several squares together and enter the result in BOARD.toml."
    )


def _document(pages: list[str], size_mm: tuple[float, float]) -> bytes:
    """The least that makes a valid PDF: catalogue, pages, one standard font, one content stream per page."""
    width, height = (value * _POINTS_PER_MM for value in size_mm)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * i} 0 R >>"
        )
        objects.append(f"<< /Length {len(page)} >>\nstream\n{page}\nendstream")
    body, offsets = "%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")
