"""A picture is written whole or not at all."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from viewer.errors import ViewerError
from viewer.picture_file import require_png, write_png


def test_a_picture_is_written_whole(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    write_png(tmp_path / "shot.png", picture)
    read = cv2.imread(str(tmp_path / "shot.png"))
    assert read is not None
    np.testing.assert_array_equal(read[:, :, ::-1], picture)
    assert [path.name for path in tmp_path.iterdir()] == ["shot.png"]


def test_a_place_for_no_picture_is_refused_before_drawing(tmp_path: Path) -> None:
    with pytest.raises(ViewerError, match=r"shot\.jpg: a snapshot is a PNG"):
        require_png(tmp_path / "shot.jpg")
    with pytest.raises(ViewerError, match=r"nowhere does not exist"):
        require_png(tmp_path / "nowhere" / "shot.png")
    require_png(tmp_path / "shot.PNG")


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "shot.png").mkdir()
    with pytest.raises(ViewerError, match=r"shot\.png: cannot be written"):
        write_png(tmp_path / "shot.png", np.zeros((4, 4, 3), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["shot.png"]
