"""Points of boards as keypoint sets: any number of them, none that is absurd."""

import pytest

from capture.errors import CaptureError
from capture.keypoint_sets import board_points, keypoint_set


def test_boards_have_numbered_points() -> None:
    assert keypoint_set("board_20") == board_points(20)
    assert keypoint_set("BOARD_3").names == ("0", "1", "2")
    assert not board_points(20).has_feet


@pytest.mark.parametrize("name", ["board_0", "board_", "board_x", "board_99999999", "board_-1", "20"])
def test_absurd_boards_are_unknown(name: str) -> None:
    with pytest.raises(CaptureError, match="is unknown; choose one of halpe_26"):
        keypoint_set(name)
