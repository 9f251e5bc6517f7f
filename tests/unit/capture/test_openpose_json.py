import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture.errors import CaptureError
from capture.keypoint_files.trial import read_keypoint_trial

K = 17


def write_frame(folder: Path, number: int, people: list[list[float]], name: str = "{:04d}.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name.format(number)
    path.write_text(json.dumps({"version": 1.3, "people": [{"pose_keypoints_2d": p} for p in people]}))
    return path


def person(value: float, keypoints: int = K) -> list[float]:
    return [value, value + 0.5, 0.9] * keypoints


def test_people_and_frames_keep_their_order(tmp_path: Path) -> None:
    for number in (0, 1, 2, 10):  # 10 sorts after 2 by number, before it by letters
        for camera in ("cam01_json", "cam02_json"):
            write_frame(tmp_path / camera, number, [person(number + 1)] * (2 if number == 1 else 1), "f_{}.json")
    trial = read_keypoint_trial(tmp_path, "coco_17", fps=50)
    assert trial.cameras == ("cam01", "cam02")
    assert trial.uv.shape == (2, 11, 2, K, 2)
    np.testing.assert_array_equal(trial.uv[0, [0, 1, 2, 10], 0, 3], [[1, 1.5], [2, 2.5], [3, 3.5], [11, 11.5]])
    assert np.isfinite(trial.uv[:, 1, 1]).all()
    assert np.isnan(trial.uv[:, 0, 1]).all()
    np.testing.assert_allclose(trial.time_s[1], np.arange(11) / 50)
    assert trial.synchronised
    assert "camera cam01 has 4 of 11 frames" in trial.notices[0]


def test_zeros_are_missing(tmp_path: Path) -> None:
    seen = person(5)
    seen[3:6] = [0, 0, 0]
    seen[6:9] = [7, 8, 0]
    write_frame(tmp_path / "a_json", 0, [seen])
    trial = read_keypoint_trial(tmp_path, "coco_17", fps=50)
    assert np.isnan(trial.uv[0, 0, 0, [1, 2]]).all()
    np.testing.assert_array_equal(trial.confidence[0, 0, 0, :4], [0.9, 0, 0, 0.9])


def test_frames_without_people_and_people_without_body_are_missing_data(tmp_path: Path) -> None:
    write_frame(tmp_path / "a_json", 0, [])
    (tmp_path / "a_json" / "0001.json").write_text('{"people": [{}]}')
    trial = read_keypoint_trial(tmp_path, "coco_17", fps=50)
    assert trial.uv.shape == (1, 2, 1, K, 2)
    assert np.isnan(trial.uv).all()


def test_a_shorter_camera_is_padded_and_reported(tmp_path: Path) -> None:
    for number in range(5):
        write_frame(tmp_path / "a_json", number, [person(1)])
    for number in (1, 2, 4):
        write_frame(tmp_path / "b_json", number, [person(2)])
    trial = read_keypoint_trial(tmp_path, "coco_17", fps=50)
    np.testing.assert_array_equal(np.isfinite(trial.uv[1, :, 0, 0, 0]), [False, True, True, False, True])
    assert trial.notices == ("camera b has 3 of 5 frames; it saw nothing in the others",)


def test_cameras_that_count_from_starts_of_their_own_go_by_position(tmp_path: Path) -> None:
    for number in range(4):
        write_frame(tmp_path / "a_json", number, [person(1)])
        write_frame(tmp_path / "b_json", number + 1000, [person(2)])
    trial = read_keypoint_trial(tmp_path, "coco_17", fps=50)
    assert trial.frames == 4
    assert np.isfinite(trial.uv).all()


def test_folders_without_json_in_their_name_are_found(tmp_path: Path) -> None:
    write_frame(tmp_path / "left", 0, [person(1)])
    (tmp_path / "notes").mkdir()
    assert read_keypoint_trial(tmp_path, "coco_17", fps=50).cameras == ("left",)


def test_the_keypoint_set_is_told_by_number_where_only_one_fits(tmp_path: Path) -> None:
    write_frame(tmp_path / "a_json", 0, [])
    path = write_frame(tmp_path / "a_json", 1, [person(1, 26)])
    assert read_keypoint_trial(tmp_path, None, fps=50).keypoint_set.name == "halpe_26"
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": person(1, 25)}]}))
    with pytest.raises(CaptureError, match="give --keypoint-set, one of body_25, body_25b"):
        read_keypoint_trial(tmp_path, None, fps=50)


def break_json(folder: Path) -> None:
    (folder / "0000.json").write_text('{"people": [{"pose_keyp')


def wrong_types(folder: Path) -> None:
    (folder / "0000.json").write_text('{"people": [{"pose_keypoints_2d": ["a"]}]}')


def wrong_count(folder: Path) -> None:
    write_frame(folder, 0, [person(1, 12)])


def empty_folder(folder: Path) -> None:
    (folder / "0000.json").unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (break_json, r"0000\.json: not an OpenPose frame"),
        (wrong_types, r"0000\.json: not an OpenPose frame"),
        (wrong_count, r"0000\.json: 36 numbers per person where 17 keypoints need 51"),
        (empty_folder, r"b_json: holds no \.json file"),
    ],
)
def test_damage_is_one_line_that_names_the_file(tmp_path: Path, damage: Any, message: str) -> None:
    write_frame(tmp_path / "a_json", 0, [person(1)])
    write_frame(tmp_path / "b_json", 0, [person(1)])
    damage(tmp_path / "b_json")
    with pytest.raises(CaptureError, match=message) as refusal:
        read_keypoint_trial(tmp_path, "coco_17", fps=50)
    assert "\n" not in str(refusal.value)


def test_real_clip_with_bystanders(shared_data: Path) -> None:
    folder = shared_data / "pose2sim_single/keypoints/S00_P00_T01_BalancingTrial/pose_raw"
    trial = read_keypoint_trial(folder, "body_25b", fps=60)
    assert trial.uv.shape == (4, 100, 3, 25, 2)
    first = json.loads(
        (folder / "cam02_json" / sorted(p.name for p in (folder / "cam02_json").iterdir())[7]).read_text()
    )
    expected = np.array(first["people"][0]["pose_keypoints_2d"]).reshape(-1, 3)
    seen = expected[:, 2] > 0
    np.testing.assert_array_equal(trial.uv[1, 7, 0, seen], expected[seen, :2])
    np.testing.assert_array_equal(trial.confidence[1, 7, 0], expected[:, 2])
