from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capture.errors import CaptureError
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.types import Frame, Keypoints2D
from capture.video_trial import detect_trial, find_videos

MakeVideo = Callable[..., Path]


class BrightnessDetector:
    """Sees one person whose every point lies at (frame's grey level, frame index); nobody in the first frame."""

    keypoint_set: KeypointSet = keypoint_set("coco_17")

    def detect(self, frame: Frame) -> Keypoints2D:
        people = 0 if frame.index == 0 else 1
        uv = np.tile(np.array([frame.image[40, 50, 0], frame.index], dtype=np.float32), (people, 17, 1))
        height, width = frame.image.shape[:2]
        return Keypoints2D(
            camera=frame.camera,
            frame_index=frame.index,
            time_ns=frame.time_ns,
            time_sd_ns=frame.time_sd_ns,
            keypoint_set="coco_17",
            image_size=(width, height),
            uv=uv,
            confidence=np.ones(uv.shape[:2], dtype=np.float32),
        )


def test_videos_become_a_trial(make_video: MakeVideo, tmp_path: Path) -> None:
    make_video("b_2.mp4", times_ms=(0, 20, 40))
    make_video("a_10.avi", times_ms=(0, 20, 40, 60), size=(80, 64))
    done: list[tuple[str, int]] = []
    trial = detect_trial(find_videos(tmp_path), BrightnessDetector, lambda camera, count: done.append((camera, count)))
    assert trial.cameras == ("a_10", "b_2")
    assert trial.image_sizes == ((80, 64), (64, 48))
    assert trial.uv.shape == (2, 4, 1, 17, 2)
    np.testing.assert_allclose(trial.uv[0, 1:, 0, 5, 0], [40, 60, 80], atol=8)
    np.testing.assert_array_equal(np.isfinite(trial.uv[1, :, 0, 0, 0]), [False, True, True, False])
    np.testing.assert_allclose(trial.time_s, [[0, 0.02, 0.04, 0.06]] * 2, atol=1e-3)
    assert trial.synchronised
    assert trial.notices == ("camera b_2 has 3 of 4 frames; it saw nothing in the others",)
    assert sorted(done) == [("a_10", 1), ("a_10", 2), ("a_10", 3), ("a_10", 4), ("b_2", 1), ("b_2", 2), ("b_2", 3)]


def test_timestamps_beside_the_videos_win(make_video: MakeVideo, tmp_path: Path) -> None:
    make_video("a.mp4", times_ms=(0, 20))
    make_video("b.mp4", times_ms=(0, 20))
    (tmp_path / "timestamps.csv").write_text("camera,frame,time_s\na,0,5.0\na,1,5.02\nb,0,5.01\nb,1,5.03\n")
    trial = detect_trial(find_videos(tmp_path), BrightnessDetector, lambda camera, count: None)
    np.testing.assert_allclose(trial.time_s, [[5, 5.02], [5.01, 5.03]])
    assert not trial.synchronised


def test_bad_folders_and_videos_are_one_line(make_video: MakeVideo, tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="holds no video"):
        find_videos(tmp_path)
    with pytest.raises(CaptureError, match="no such folder"):
        find_videos(tmp_path / "absent")
    make_video("a.mp4")
    cut = make_video("b.avi")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.raises(CaptureError, match=r"b\.avi: (is cut short|is damaged|cannot be read)"):
        detect_trial(find_videos(tmp_path), BrightnessDetector, lambda camera, count: None)
