from pathlib import Path

import numpy as np
import pytest

from capture.errors import CaptureError
from capture.keypoint_files.tags import TagPlates, read_tag_plates, read_tag_trial

PLATES = TagPlates("DICT_4X4_50", (3, 5), ("pelvis", "femur_r"), ("sacrum", "lateral"), (0.06, 0.05))
HEADER = "camera,frame,tag_id,x0,y0,x1,y1,x2,y2,x3,y3\n"
TOML = """
dictionary = "DICT_4X4_50"
[tags.3]
segment = "pelvis"
place = "sacrum"
size_m = 0.06
[tags.5]
segment = "femur_r"
place = "lateral"
size_m = 0.05
"""


def test_plates_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tags.toml"
    path.write_text(TOML)
    assert read_tag_plates(path) == PLATES


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size_m = 0.05", "size_m = 60", "tag 5: size_m 60 is not between 0 and 1"),
        ("size_m = 0.05", "width = 0.05", "unknown field `width`|missing required field `size_m`"),
        ("[tags.5]", "[tags.left]", "not a description of tags"),
        ("[tags.5]", "[tags.5", "not a description of tags"),
    ],
)
def test_bad_plates_are_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "tags.toml"
    path.write_text(TOML.replace(old, new))
    with pytest.raises(CaptureError, match=message):
        read_tag_plates(path)


def test_sightings_are_laid_out_by_camera_frame_and_plate(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_text(HEADER + "cam2,1,5,1,2,3,4,5,6,7,8\ncam1,0,9,1,2,3,4,5,6,7,8\n")
    trial = read_tag_trial(path, PLATES, ("cam1", "cam2"), 3)
    assert trial.corners.shape == (2, 3, 2, 4, 2)
    np.testing.assert_array_equal(trial.corners[1, 1, 1], [[1, 2], [3, 4], [5, 6], [7, 8]])
    assert np.isfinite(trial.corners).sum() == 8
    assert trial.notices == ("tag(s) 9 are not in tags.toml and were left out",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("camera,frame\n", "has no column 'tag_id'"),
        (HEADER + "cam1,7,5,1,2,3,4,5,6,7,8\n", "frame 7 is not in the trial, which has 3 frames"),
        (HEADER + "cam1,0,5,1,2,3\n", "line 2: a frame, tag or corner is not a number"),
        (HEADER + "cam1,0,x,1,2,3,4,5,6,7,8\n", "line 2: a frame, tag or corner is not a number"),
        (HEADER + "cam1,0,5,1,2,3,4,5,6,7,8\ncam9,0,5,1,2,3,4,5,6,7,8\n", "camera 'cam9' of the recording"),
    ],
)
def test_bad_sightings_are_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tags.csv"
    path.write_text(text)
    with pytest.raises(CaptureError, match=message):
        read_tag_trial(path, PLATES, ("cam1", "cam2"), 3)


def test_real_sightings(shared_data: Path) -> None:
    folder = shared_data / "truth/squats1_valgus10_tags"
    plates = read_tag_plates(folder / "tags.toml")
    trial = read_tag_trial(folder / "tags.csv", plates, ("cam01", "cam02", "cam03", "cam04"), 479)
    truth = np.load(folder / "tags_truth.npz")
    np.testing.assert_array_equal(np.isfinite(trial.corners).all(axis=(-1, -2)), truth["visible"])
    assert np.nanmedian(np.abs(trial.corners - truth["uv_exact"])) < 1.0
