"""Tags to print, cut out and stick on rigid plates, true to scale on A4."""

from collections.abc import Iterator

import cv2
import numpy as np

from calibration.board_pattern import Rectangle
from calibration.pdf import filled, pdf_document, ruler, text
from capture.detectors.tags import tag_dictionary
from capture.keypoint_files.tags import TagPlates
from valgus.errors import ValgusError

_PAGE_MM = (210.0, 297.0)
_MARGIN_MM, _FOOT_MM, _LABEL_MM = 12.0, 20.0, 8.0
_RIM_SHARE = 0.2
"""White around a tag, as a share of its side: the detector needs one cell, and cutting is never straight."""


def tag_sheet_pdf(plates: TagPlates) -> bytes:
    """PDF of all plates; raises ValgusError for tags that do not fit a page or are not in their dictionary."""
    side_mm = 1e3 * max(plates.sizes_m)
    pitch_mm = side_mm * (1 + 2 * _RIM_SHARE)
    columns = int((_PAGE_MM[0] - 2 * _MARGIN_MM) // pitch_mm)
    rows = int((_PAGE_MM[1] - 2 * _MARGIN_MM - _FOOT_MM) // (pitch_mm + _LABEL_MM))
    if columns < 1 or rows < 1:
        raise ValgusError(f"tags of {side_mm:g} mm do not fit on A4; make size_m smaller")
    places = range(len(plates.ids))
    pages = [places[start : start + columns * rows] for start in places[:: columns * rows]]
    return pdf_document([_page(plates, page, columns, pitch_mm) for page in pages], _PAGE_MM)


def _page(plates: TagPlates, places: range, columns: int, pitch_mm: float) -> str:
    lines = ["0 g"]
    for at, place in enumerate(places):
        row, column = divmod(at, columns)
        left = _MARGIN_MM + column * pitch_mm
        top = _PAGE_MM[1] - _MARGIN_MM - row * (pitch_mm + _LABEL_MM)
        lines += _tag(plates, place, left, top)
    return "\n".join([*lines, *ruler(_MARGIN_MM, _MARGIN_MM)])


def _tag(plates: TagPlates, place: int, left_mm: float, top_mm: float) -> Iterator[str]:
    number, side_mm = plates.ids[place], 1e3 * plates.sizes_m[place]
    rim_mm = _RIM_SHARE * side_mm
    for cell in _black_cells(plates.dictionary, number, plates.sizes_m[place]):
        yield filled(cell, left_mm + rim_mm, top_mm - rim_mm)
    label = f"{number}: {plates.segments[place]} {plates.places[place]}, {side_mm:g} mm"
    yield text(left_mm + rim_mm, top_mm - side_mm - 2 * rim_mm - 2.0, label)


def _black_cells(dictionary: str, number: int, size_m: float) -> Iterator[Rectangle]:
    known = tag_dictionary(dictionary)
    if not 0 <= number < len(known.bytesList):
        raise ValgusError(f"tag {number} is not in {dictionary}, which has 0 to {len(known.bytesList) - 1}")
    cells = int(known.markerSize) + 2
    printed = cv2.aruco.generateImageMarker(known, number, cells)
    side = size_m / cells
    for row, column in np.argwhere(printed == 0):
        yield Rectangle(float(column) * side, float(row) * side, side, side)
