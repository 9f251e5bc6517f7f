import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.cameras.paced import PacedCamera
from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.types import Frame

MakeVideo = Callable[..., Path]


def frames_of(path: Path) -> list[Frame]:
    video = VideoFile(path, "cam01")
    frames = list(iter(video.read, None))
    video.close()
    return frames


def test_every_frame_comes_with_its_own_time(make_video: MakeVideo) -> None:
    times_ms = (0, 20, 37, 60, 81, 140)
    frames = frames_of(make_video(times_ms=times_ms))
    assert [frame.index for frame in frames] == list(range(6))
    np.testing.assert_allclose([frame.time_ns / 1e6 for frame in frames], times_ms, atol=0.5)
    assert all(0 < frame.time_sd_ns < 1_000_000 for frame in frames)
    assert frames[0].image.shape == (48, 64, 3)
    np.testing.assert_allclose([frame.image[40, 50, 1] for frame in frames], 20 + np.arange(6) * 20, atol=8)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_videos_come_upright_as_in_opencv(make_video: MakeVideo, rotation: int) -> None:
    path = make_video(rotation=rotation)
    image = frames_of(path)[0].image
    opened = cv2.VideoCapture(str(path))
    _, expected = opened.read()
    opened.release()
    assert image.shape == expected.shape
    assert image.shape == ((48, 64, 3) if rotation == 180 else (64, 48, 3))
    assert np.abs(image.astype(int) - expected).mean() < 2


def test_missing_and_unreadable_files_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"nothing\.mp4: cannot be read as a video \(No such file"):
        VideoFile(tmp_path / "nothing.mp4", "a")
    (tmp_path / "text.mp4").write_text("no video at all")
    with pytest.raises(CaptureError, match=r"text\.mp4: cannot be read as a video"):
        VideoFile(tmp_path / "text.mp4", "a")


@pytest.mark.parametrize("name", ["cut.mp4", "cut.avi", "cut.mkv"])
def test_truncated_files_are_one_line(make_video: MakeVideo, name: str) -> None:
    path = make_video(name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CaptureError, match=r"cannot be read as a video|cut short|is damaged") as refusal:
        frames_of(path)
    assert "\n" not in str(refusal.value)


def test_damage_in_the_middle_is_not_passed_over(make_video: MakeVideo) -> None:
    path = make_video("damaged.avi")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 900 : middle + 900] = bytes(1800)
    path.write_bytes(content)
    with pytest.raises(CaptureError, match=r"is cut short|is damaged"):
        frames_of(path)


def test_paced_frames_come_when_they_are_due(make_video: MakeVideo) -> None:
    times_ms = (0, 30, 90, 100)
    start = time.monotonic_ns() + 20_000_000
    camera = PacedCamera(VideoFile(make_video(times_ms=times_ms), "cam01"), start)
    late_ms: list[float] = []
    seen: list[int] = []
    while (frame := camera.read()) is not None:
        late_ms.append((time.monotonic_ns() - frame.time_ns) / 1e6)
        seen.append(frame.time_ns - start)
    camera.close()
    np.testing.assert_allclose(np.array(seen) / 1e6, times_ms, atol=0.5)
    assert min(late_ms) >= 0
    assert np.median(late_ms) < 20


def test_real_videos_keep_their_own_sizes_and_rates(shared_data: Path) -> None:
    for name, size in (("cam01", (1920, 1088, 3)), ("cam04", (1920, 1080, 3))):
        video = VideoFile(shared_data / f"pose2sim_single/videos_static/{name}.mp4", name)
        seen = [(frame.time_ns, frame.image.shape) for frame in iter(video.read, None)]
        video.close()
        assert len(seen) == 11
        np.testing.assert_allclose(np.diff([time_ns for time_ns, _ in seen]), 1e9 / 60, atol=1)
        assert {shape for _, shape in seen} == {size}
