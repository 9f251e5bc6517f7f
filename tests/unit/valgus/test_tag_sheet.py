import re
from pathlib import Path

import numpy as np
import pytest

from capture.detectors.tags import TagDetector
from capture.keypoint_files.tags import TagPlates, read_tag_plates, usual_plates
from capture.types import Frame
from valgus.cli.main import main
from valgus.errors import ValgusError
from valgus.tag_sheet import tag_sheet_pdf

_PX_PER_MM = 5.0
_PX_PER_POINT = _PX_PER_MM * 25.4 / 72.0


def drawn(pdf: bytes) -> list[np.ndarray]:
    """Pages as pictures: every rectangle that the PDF fills."""
    pages: list[np.ndarray] = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        page = np.full((round(297 * _PX_PER_MM), round(210 * _PX_PER_MM)), 255, np.uint8)
        for match in re.findall(rb"([\d. -]+) re f", stream):
            x, y, width, height = (float(value) * _PX_PER_POINT for value in match.split())
            top = page.shape[0] - y - height
            page[round(top) : round(top + height), round(x) : round(x + width)] = 0
        pages.append(page)
    return pages


@pytest.mark.parametrize("dictionary", ["DICT_4X4_50", "DICT_APRILTAG_36h11"])
def test_every_tag_is_read_from_the_printed_pages_at_its_true_size(dictionary: str) -> None:
    plates = usual_plates(0.08)
    plates = TagPlates(dictionary, plates.ids, plates.segments, plates.places, plates.sizes_m)
    pages = drawn(tag_sheet_pdf(plates))
    found: list[int] = []
    for page in pages:
        seen = TagDetector(dictionary).detect(Frame("a", 0, 0, 0, np.repeat(page[..., None], 3, axis=2)))
        found += seen.ids
        sides = np.linalg.norm(np.roll(seen.corners, -1, axis=1) - seen.corners, axis=-1)
        np.testing.assert_allclose(sides, 80 * _PX_PER_MM, atol=1.5)
        assert (seen.corners[:, 0] < seen.corners[:, 2]).all()
    assert sorted(found) == list(range(9))
    assert len(pages) == 5


def test_tags_that_cannot_be_printed_are_one_line() -> None:
    with pytest.raises(ValgusError, match="do not fit on A4"):
        tag_sheet_pdf(usual_plates(0.2))
    with pytest.raises(ValgusError, match="tag 50 is not in DICT_4X4_50, which has 0 to 49"):
        tag_sheet_pdf(TagPlates("DICT_4X4_50", (50,), ("pelvis",), ("sacrum",), (0.05,)))


def test_the_command_describes_what_it_printed_and_prints_what_is_described(tmp_path: Path) -> None:
    sheet = tmp_path / "tags.pdf"
    assert main(["tags", "sheet", str(sheet), "--size-mm", "60"]) == 0
    plates = read_tag_plates(tmp_path / "tags.toml")
    assert plates == usual_plates(0.06)
    first = sheet.read_bytes()
    assert b"0: pelvis sacrum, 60 mm" in first
    assert b"100 mm when printed at 100 %" in first
    assert main(["tags", "sheet", str(sheet), "--size-mm", "90"]) == 0
    assert sheet.read_bytes() == first
    assert main(["tags", "sheet", str(sheet), "--tags", str(tmp_path / "none.toml")]) == 2
