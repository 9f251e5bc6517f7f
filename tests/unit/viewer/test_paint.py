"""Pictures of panel, help and labels: what is written where, and how strongly."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import Observability
from viewer.overlay.paint import PANEL_WIDTH_PX, paint_help, paint_label, paint_panel
from viewer.overlay.readouts import Panel, Readout, Row
from viewer.palette import ALERT, LEFT, RIGHT, Colour

BLANK = Readout("", "", None)


def _panel(right: Readout = BLANK, left: Readout = BLANK, alert: str | None = None) -> NDArray[np.uint8]:
    return paint_panel(Panel((Row("hip rotation", "internal +", right, left),), ("4 cameras",), alert))


def _close_to(picture: NDArray[np.uint8], colour: Colour) -> NDArray[np.bool_]:
    return np.abs(picture.astype(int) - np.round(np.multiply(colour, 255))).max(axis=-1) < 8


def test_each_side_is_written_in_its_own_column() -> None:
    picture = _panel()
    right_x, left_x = (np.nonzero(_close_to(picture, colour))[1] for colour in (RIGHT, LEFT))
    assert len(right_x) > 20
    assert len(left_x) > 20
    assert right_x.max() < left_x.min()
    shown = Readout("+12.3°", "± 1.1°", Observability.MEASURED)
    changed = np.nonzero((_panel(left=shown) != picture).any(axis=-1))[1]
    assert changed.min() >= left_x.min() - 2
    assert changed.max() < PANEL_WIDTH_PX - 2


def test_the_longest_readout_stays_in_its_column() -> None:
    longest = Readout("-104.8°", "± 18.8°", Observability.MEASURED)
    changed = np.nonzero((_panel(right=longest) != _panel()).any(axis=-1))[1]
    left_column = np.nonzero((_panel(left=longest) != _panel()).any(axis=-1))[1]
    assert changed.max() < left_column.min()
    assert left_column.max() < PANEL_WIDTH_PX - 2


def test_prior_knowledge_is_fainter_than_a_measurement() -> None:
    darkest = {
        code: _panel(left=Readout("+9.9°", "± 1.0°", code))[60:90, 284:350].min()
        for code in (Observability.MEASURED, Observability.PARTIAL, Observability.PRIOR)
    }
    assert darkest[Observability.MEASURED] == darkest[Observability.PARTIAL] < darkest[Observability.PRIOR] - 40


def test_an_alert_is_red() -> None:
    assert not _close_to(_panel(), ALERT).any()
    assert _close_to(_panel(alert="no data for 1.2 s"), ALERT).sum() > 50


def test_twice_the_scale_is_the_same_picture_twice_as_large() -> None:
    panel = Panel((Row("knee adduction", "varus +", BLANK, BLANK),), ("frame 1",))
    small, large = paint_panel(panel), paint_panel(panel, scale=2)
    assert large.shape == (2 * small.shape[0], 2 * small.shape[1], 3)
    halved = large.reshape(small.shape[0], 2, small.shape[1], 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 4.0


def test_labels_and_help_grow_with_their_text() -> None:
    short, long = paint_label("cam1", RIGHT), paint_label("left front camera", RIGHT)
    assert long.shape[1] > short.shape[1] + 40
    assert short.shape[0] == long.shape[0]
    margin = paint_label("camera_with_a_rather_long_name", RIGHT)[2:-2, -5:-2]
    assert (margin == 255).all()
    assert paint_help({"1": "front", "2": "side"}).shape[0] > paint_help({"1": "front"}).shape[0]
