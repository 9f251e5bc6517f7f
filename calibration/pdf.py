"""Print-true PDF pages of plain vector rectangles, text and a ruler; millimetres from the bottom left of the page."""

from calibration.board_pattern import Rectangle

RULER_MM = 100
_POINTS_PER_MM = 72.0 / 25.4


def filled(rectangle: Rectangle, left_mm: float, top_mm: float) -> str:
    """Rectangle in metres, y down, whose origin lies at `left_mm`, `top_mm` of the page."""
    x = left_mm + 1e3 * rectangle.x
    y = top_mm - 1e3 * (rectangle.y + rectangle.height)
    numbers = (x, y, 1e3 * rectangle.width, 1e3 * rectangle.height)
    return " ".join(f"{value * _POINTS_PER_MM:.4f}" for value in numbers) + " re f"


def ruler(x_mm: float, y_mm: float) -> list[str]:
    """A ruler of 100 mm, from which is seen what the printer made of the page."""
    ticks = [Rectangle(0.001 * mm, -0.001 * (4 if mm % 10 == 0 else 2), 0.0002, 0.001 * (4 if mm % 10 == 0 else 2))
             for mm in range(RULER_MM + 1)]  # fmt: skip
    line = Rectangle(0.0, 0.0, 0.001 * RULER_MM, 0.0002)
    label = text(x_mm + RULER_MM + 6.0, y_mm, f"{RULER_MM} mm when printed at 100 %")
    return [*(filled(part, x_mm, y_mm) for part in [line, *ticks]), label]


def text(x_mm: float, y_mm: float, words: str) -> str:
    """A line of small text."""
    safe = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 8 Tf {x_mm * _POINTS_PER_MM:.2f} {y_mm * _POINTS_PER_MM:.2f} Td ({safe}) Tj ET"


def pdf_document(pages: list[str], size_mm: tuple[float, float]) -> bytes:
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
