"""What is said about a calibration beside its gates."""

import numpy as np
import pytest

from calibration.quality.document import ClockFigures
from calibration.quality.notices import not_simultaneous


def _clocks(simultaneous_px: float, timestamps_px: float, *, modelled: bool = False) -> ClockFigures:
    return ClockFigures(["a", "b"], np.zeros(2), np.zeros(2), simultaneous_px, timestamps_px, 0.05, modelled)


def test_a_board_that_moved_between_frames_of_one_instant_is_said() -> None:
    said = not_simultaneous(_clocks(0.64, 0.07))
    assert len(said) == 1
    assert "0.64 px if they are simultaneous, 0.07 px at their timestamps" in said[0]


@pytest.mark.parametrize("clocks", [None, _clocks(0.08, 0.07), _clocks(0.64, 0.07, modelled=True)])
def test_nothing_is_said_where_time_explains_little_or_was_modelled(clocks: ClockFigures | None) -> None:
    assert not_simultaneous(clocks) == []
