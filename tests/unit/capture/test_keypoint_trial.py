import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture.errors import CaptureError
from capture.keypoint_files.trial import read_keypoint_trial

C, F, K = 2, 6, 26


@pytest.fixture
def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "uv": rng.uniform(1, 900, (C, F, K, 2)).astype(np.float32),
        "conf": rng.uniform(0.1, 1, (C, F, K)).astype(np.float32),
        "timestamps": np.arange(F) / 60 + np.zeros((C, 1)),
        "cameras": np.array(["cam01", "cam02"]),
    }


def save(folder: Path, arrays: dict[str, Any]) -> Path:
    np.savez(folder / "keypoints.npz", **arrays)
    return folder


def write_times(folder: Path, rows: list[str], header: str = "camera,frame,time_s") -> None:
    (folder / "timestamps.csv").write_text("\n".join([header, *rows]) + "\n")


def test_npz_keeps_values_and_forgets_unseen_points(tmp_path: Path, arrays: dict[str, Any]) -> None:
    arrays["uv"][0, 0, 0], arrays["conf"][0, 0, 0] = 0, 0
    arrays["uv"][1, 2, 3, 1] = np.nan
    trial = read_keypoint_trial(save(tmp_path, arrays), "halpe_26", None)
    unseen = np.zeros((C, F, K), dtype=bool)
    unseen[0, 0, 0] = unseen[1, 2, 3] = True
    np.testing.assert_array_equal(trial.uv[:, :, 0][~unseen], arrays["uv"][~unseen])
    np.testing.assert_array_equal(np.isnan(trial.uv[:, :, 0]).all(axis=-1), unseen)
    np.testing.assert_array_equal(trial.confidence[:, :, 0][unseen], 0)
    np.testing.assert_array_equal(trial.time_s, arrays["timestamps"])
    assert trial.synchronised


def test_a_rate_that_contradicts_the_times_is_mentioned(tmp_path: Path, arrays: dict[str, Any]) -> None:
    trial = read_keypoint_trial(save(tmp_path, arrays), None, fps=30)
    assert trial.notices == ("--fps 30 was not used: the recording's own times say 60 frames per second",)


def test_timestamps_csv_wins_over_the_npz(tmp_path: Path, arrays: dict[str, Any]) -> None:
    late = 0.004
    write_times(
        save(tmp_path, arrays),
        [f"{c},{i},{i / 60 + late * (c == 'cam02')}" for c in arrays["cameras"] for i in range(F)],
    )
    trial = read_keypoint_trial(tmp_path, None, None)
    np.testing.assert_allclose(trial.time_s[1] - trial.time_s[0], late)
    assert not trial.synchronised


def test_other_columns_numbering_and_camera_names_are_understood(tmp_path: Path, arrays: dict[str, Any]) -> None:
    rows = [f"{i},{c},{i + 26},{100 + i / 60 + c / 1000}" for i in range(F) for c in (1, 0)]
    write_times(save(tmp_path, arrays), rows, "sync_index,cam_id,frame_index,frame_time")
    trial = read_keypoint_trial(tmp_path, None, None)
    np.testing.assert_allclose(trial.time_s[:, 0], [100, 100.001])
    assert "0 = cam01" in trial.notices[0]


def test_absent_frames_get_the_time_they_would_have_had(tmp_path: Path) -> None:
    for camera, numbers in (("a_json", range(5)), ("b_json", (1, 2))):
        (tmp_path / camera).mkdir()
        for number in numbers:
            frame = {"people": [{"pose_keypoints_2d": [1, 1, 1] * 17}]}
            (tmp_path / camera / f"{number}.json").write_text(json.dumps(frame))
    write_times(tmp_path, [*(f"a,{i},{i / 10}" for i in range(5)), "b,1,0.12", "b,2,0.22"])
    trial = read_keypoint_trial(tmp_path, "coco_17", None)
    np.testing.assert_allclose(trial.time_s[1], [0.02, 0.12, 0.22, 0.32, 0.42])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["cam01,0,zero"], "line 2: frame '0', time 'zero'"),
        ([], "holds no times"),
        ([f"cam01,{i},{i}" for i in range(F)], "hold none for camera 'cam02'"),
        ([f"{c},{i},{i}" for c in ("cam01", "cam02") for i in range(F - 1)], "6 frames but 5 times; frame 5 has none"),
        ([f"{c},{i},{min(i, 3)}" for c in ("cam01", "cam02") for i in range(F)], "time does not advance at frame 4"),
        ([f"{c},0,{i}" for c in ("cam01", "cam02") for i in range(F)], "time does not advance at frame 0"),
    ],
)
def test_bad_timestamps_are_one_line(tmp_path: Path, arrays: dict[str, Any], rows: list[str], message: str) -> None:
    write_times(save(tmp_path, arrays), rows)
    with pytest.raises(CaptureError, match=message):
        read_keypoint_trial(tmp_path, None, None)


def test_timestamps_without_the_columns_are_refused(tmp_path: Path, arrays: dict[str, Any]) -> None:
    write_times(save(tmp_path, arrays), ["1,2"], "a,b")
    with pytest.raises(CaptureError, match="has columns a, b; it needs camera,frame,time_s"):
        read_keypoint_trial(tmp_path, None, None)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("uv", None, "has no array 'uv'"),
        ("uv", np.zeros((C, F, K)), "it must be"),
        ("conf", np.zeros((C, F, K - 1)), "conf has shape"),
        ("cameras", np.array(["a"]), "cameras has shape"),
        ("timestamps", np.zeros((C, F)), "increase"),
        ("uv", np.full((C, F, K, 2), "x"), "numbers are needed"),
        ("uv", np.full((C, F, K, 2), None), "cannot be read"),
    ],
)
def test_bad_npz_is_one_line(tmp_path: Path, arrays: dict[str, Any], name: str, value: Any, message: str) -> None:
    del arrays[name]
    if value is not None:
        arrays[name] = value
    with pytest.raises(CaptureError, match=message):
        read_keypoint_trial(save(tmp_path, arrays), "halpe_26", None)


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_truncated_npz_is_one_line(tmp_path: Path, arrays: dict[str, Any], keep: int) -> None:
    path = save(tmp_path, arrays) / "keypoints.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CaptureError, match="cannot be read as"):
        read_keypoint_trial(tmp_path, None, None)


def test_times_are_needed_and_folders_too(tmp_path: Path, arrays: dict[str, Any]) -> None:
    with pytest.raises(CaptureError, match="no such folder"):
        read_keypoint_trial(tmp_path / "absent", None, None)
    with pytest.raises(CaptureError, match="holds neither folders of OpenPose JSON"):
        read_keypoint_trial(tmp_path, None, 60)
    (tmp_path / "a_json").mkdir()
    (tmp_path / "a_json" / "0.json").write_text('{"people": []}')
    with pytest.raises(CaptureError, match="give --fps"):
        read_keypoint_trial(tmp_path, "coco_17", None)
    with pytest.raises(CaptureError, match="must be a positive number"):
        read_keypoint_trial(tmp_path, "coco_17", 0)
    with pytest.raises(CaptureError, match="nobody is seen"):
        read_keypoint_trial(tmp_path, None, 60)


def test_json_without_times_falls_back_to_the_npz(tmp_path: Path, arrays: dict[str, Any]) -> None:
    (save(tmp_path, arrays) / "cam01_json").mkdir()
    (tmp_path / "cam01_json" / "0.json").write_text('{"people": []}')
    assert read_keypoint_trial(tmp_path, None, None).frames == F
    assert read_keypoint_trial(tmp_path, "halpe_26", 60).frames == 1


def test_keypoints_of_another_set_are_refused(tmp_path: Path, arrays: dict[str, Any]) -> None:
    with pytest.raises(CaptureError, match="26 keypoints where coco_17 has 17"):
        read_keypoint_trial(save(tmp_path, arrays), "coco_17", None)


def test_real_unsynchronised_set(shared_data: Path) -> None:
    folder = shared_data / "truth/dj1_unsync_ring4_lab"
    from_json = read_keypoint_trial(folder, "halpe_26", 120)
    from_npz = np.load(folder / "keypoints.npz")
    np.testing.assert_allclose(from_json.time_s, from_npz["timestamps"], atol=1e-6)
    np.testing.assert_allclose(from_json.uv[:, :, 0], from_npz["uv"], atol=2e-3)
    assert not from_json.synchronised
