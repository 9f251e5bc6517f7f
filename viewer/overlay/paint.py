"""Panel and labels drawn into small pictures with OpenCV's built-in fonts.

Pictures are (height, width, 3) uint8 in red, green, blue.  `scale` is 1 on a screen and more in a still picture that
is scaled down afterwards.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from reconstruct.types import Observability
from viewer.overlay.readouts import Panel, Readout, Row
from viewer.palette import ALERT, FAINT_TEXT, LEFT, PANEL, PANEL_EDGE, RIGHT, TEXT, Colour

Picture = NDArray[np.uint8]

PANEL_WIDTH_PX = 404

_MARGIN = 18
_COLUMN_RIGHT = 164
_COLUMN_LEFT = 284
_HEADER_HEIGHT = 50
_ROW_HEIGHT = 66
_LINE_HEIGHT = 21
_ALERT_COLUMNS = 44
_LEGEND = ("± standard error;  prior: not from this trial's data",)
_HELP_WIDTH = 286
_HELP_COLUMN = 96


@dataclass(frozen=True, slots=True)
class _Ink:
    """How a text is written: size in px at scale 1, weight from 100 (thin) to 900 (black)."""

    size: int
    weight: int
    colour: Colour


_TITLE = _Ink(16, 600, TEXT)
_SMALL = _Ink(13, 400, FAINT_TEXT)
_VALUE = _Ink(25, 700, TEXT)
_ERROR = _Ink(13, 500, TEXT)
_STATUS = _Ink(14, 500, TEXT)
_WARNING = _Ink(15, 700, ALERT)
_HELP = _Ink(14, 400, TEXT)
_LABEL = _Ink(13, 600, TEXT)


class _Sheet:
    """A picture to write on, in units of scale 1."""

    def __init__(self, width: int, height: int, scale: int) -> None:
        self.picture: Picture = np.empty((height * scale, width * scale, 3), np.uint8)
        cv2.rectangle(self.picture, (0, 0), (width * scale, height * scale), _rgb(PANEL), cv2.FILLED)
        self._scale = scale
        self._font = cv2.FontFace("sans")

    def write(self, text: str, x: int, y: int, ink: _Ink) -> None:
        """Write one line whose baseline starts at (x, y)."""
        at = (x * self._scale, y * self._scale)
        cv2.putText(self.picture, text, at, _rgb(ink.colour), self._font, ink.size * self._scale, ink.weight)

    def rule(self, y: int, colour: Colour = PANEL_EDGE) -> None:
        """Draw a thin line across the picture."""
        self.picture[y * self._scale : (y + 1) * self._scale] = _rgb(colour)

    def frame(self) -> None:
        """Draw a thin line around the picture."""
        height, width = self.picture.shape[:2]
        cv2.rectangle(self.picture, (0, 0), (width - 1, height - 1), _rgb(PANEL_EDGE), self._scale)


def paint_panel(panel: Panel, scale: int = 1) -> Picture:
    """Picture of the panel, `PANEL_WIDTH_PX * scale` wide and as high as it needs."""
    foot = [(line, _WARNING) for line in textwrap.wrap(panel.alert or "", _ALERT_COLUMNS)]
    foot += [(line, _STATUS) for line in (*panel.status, *textwrap.wrap(panel.answer or "", _ALERT_COLUMNS))]
    foot += [(line, _SMALL) for line in _LEGEND]
    rows_end = _HEADER_HEIGHT + _ROW_HEIGHT * len(panel.rows)
    sheet = _Sheet(PANEL_WIDTH_PX, rows_end + _LINE_HEIGHT * len(foot) + _MARGIN, scale)
    sheet.write("right", _COLUMN_RIGHT, 34, replace(_TITLE, colour=RIGHT))
    sheet.write("left", _COLUMN_LEFT, 34, replace(_TITLE, colour=LEFT))
    for i, row in enumerate(panel.rows):
        _write_row(sheet, _HEADER_HEIGHT + _ROW_HEIGHT * i, row)
    sheet.rule(rows_end)
    for i, (line, ink) in enumerate(foot):
        sheet.write(line, _MARGIN, rows_end + _LINE_HEIGHT * (i + 1) + 2, ink)
    sheet.frame()
    return sheet.picture


def paint_help(keys: Mapping[str, str]) -> Picture:
    """Picture of the keys and what each does."""
    sheet = _Sheet(_HELP_WIDTH, _LINE_HEIGHT * len(keys) + _MARGIN, scale=1)
    for i, (key, meaning) in enumerate(keys.items()):
        sheet.write(key, _MARGIN, _LINE_HEIGHT * (i + 1) + 3, _STATUS)
        sheet.write(meaning, _HELP_COLUMN, _LINE_HEIGHT * (i + 1) + 3, _HELP)
    sheet.frame()
    return sheet.picture


@lru_cache
def paint_label(text: str, colour: Colour, scale: int = 1) -> Picture:
    """Picture of a word on a plate."""
    ink = replace(_LABEL, colour=colour)
    font = cv2.FontFace("sans")
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), font, ink.size * scale, ink.weight)
    sheet = _Sheet(width // scale + 14, ink.size + 9, scale)
    sheet.write(text, 6, ink.size + 2, ink)
    sheet.frame()
    return sheet.picture


def _write_row(sheet: _Sheet, y: int, row: Row) -> None:
    sheet.rule(y)
    sheet.write(row.title, _MARGIN, y + 29, _TITLE)
    sheet.write(row.signs, _MARGIN, y + 49, _SMALL)
    _write_readout(sheet, _COLUMN_RIGHT, y, row.right)
    _write_readout(sheet, _COLUMN_LEFT, y, row.left)


def _write_readout(sheet: _Sheet, x: int, y: int, shown: Readout) -> None:
    """A value that comes from prior knowledge is faint: nobody should read it as a measurement."""
    trusted = shown.observability not in (None, Observability.PRIOR)
    colour = TEXT if trusted else FAINT_TEXT
    sheet.write(shown.value, x, y + 31, replace(_VALUE, colour=colour))
    if shown.observability is not None:
        sheet.write(f"{shown.standard_error} {shown.observability.label}", x, y + 53, replace(_ERROR, colour=colour))


def _rgb(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour)
    return red, green, blue
