import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.keypoint_files.timestamps_csv import times_in
from capture.keypoint_files.trial import read_keypoint_trial
from capture.keypoint_sender import RecordedTime
from capture.messages import KeypointsMessage, StreamEnd
from capture.node_config import read_node_config
from capture.recording.disk_guard import DiskGuard, DiskLimits
from capture.recording.keypoint_log import KeypointLog, read_keypoint_log
from capture.recording.recorder import Recorder
from capture.recording.recording_config import RecordingTable, open_recording
from capture.recording.video_writer import Codec
from capture.types import Frame, Keypoints2D
from capture.wire import encode

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("recording_script.py")
PLENTY = DiskLimits(0, 0)
START_NS = 3_000_000_000_123


class HubAhead(RecordedTime):
    """The hub's clock is 5 s ahead."""

    def translate(self, node_ns: int) -> tuple[int, int]:
        return node_ns + 5_000_000_000, 1000


def frame(index: int, time_ns: int, size: tuple[int, int] = (64, 48)) -> Frame:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[:, : size[0] // 2] = 20 + index % 200
    return Frame("cam01", index, time_ns, 500, image)


def message(index: int, time_ns: int, camera: str = "cam01") -> bytes:
    uv = np.full((1, 17, 2), index + 1, np.float32)
    seen = Keypoints2D(camera, index, time_ns, 0, "coco_17", (64, 48), uv, np.ones((1, 17), np.float32))
    return encode(KeypointsMessage("node", index, seen))


def recorded(path: Path) -> list[Frame]:
    video = VideoFile(path, "cam01")
    frames = list(iter(video.read, None))
    video.close()
    return frames


@pytest.mark.parametrize(("codec", "error"), [("h264", 6), ("mjpeg", 4), ("ffv1", 0)])
def test_every_frame_is_kept_with_its_exact_time(tmp_path: Path, codec: Codec, error: float) -> None:
    times_ns = [START_NS + i * 16_666_667 + (i % 3) * 1000 for i in range(40) if i != 7]
    recorder = Recorder(tmp_path, "cam01", codec, HubAhead(), DiskGuard(tmp_path, PLENTY))
    for index, time_ns in enumerate(times_ns):
        recorder.frame(frame(index, time_ns))
    recorder.close()
    assert (recorder.recorded, recorder.skipped, recorder.notice) == (39, 0, "")
    frames = recorded(tmp_path / "cam01.mkv")
    assert len(frames) == 39
    for index, found in enumerate(frames):
        assert np.abs(found.image.astype(int) - frame(index, 0).image).mean() <= error
    np.testing.assert_allclose([f.time_ns / 1e6 for f in frames], (np.array(times_ns) - START_NS) / 1e6, atol=0.6)
    times = times_in(tmp_path)["cam01"]
    np.testing.assert_allclose(times.time_s, np.array(times_ns) / 1e9 + 5, atol=1e-9, rtol=0)


@pytest.mark.parametrize("codec", ["h264", "mjpeg", "ffv1"])
def test_a_killed_recorder_leaves_all_but_the_last_second(tmp_path: Path, codec: str) -> None:
    command = [sys.executable, str(SCRIPT), str(tmp_path), codec]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        delivered = 0
        while delivered < 150:
            delivered = int(run.stdout.readline())
        run.kill()
    frames = recorded(tmp_path / "cam01.mkv")
    assert len(frames) > delivered - 60
    assert [f.index for f in frames] == list(range(len(frames)))
    assert len(times_in(tmp_path)["cam01"].numbers) >= len(frames)


def test_a_disk_that_fills_up_warns_then_stops_and_keeps_what_it_has(tmp_path: Path) -> None:
    free = [100e9]
    guard = DiskGuard(tmp_path, DiskLimits(warn=50e9, stop=10e9), lambda _: int(free[0]))
    recorder = Recorder(tmp_path, "cam01", "mjpeg", RecordedTime(), guard)
    for i in range(10):
        recorder.frame(frame(i, START_NS + i * 20_000_000))
    time.sleep(0.3)
    assert recorder.notice == ""
    free[0] = 20e9
    time.sleep(1.1)
    assert "only 20.0 GB left" in recorder.notice
    free[0] = 5e9
    time.sleep(1.1)
    for i in range(10, 15):
        recorder.frame(frame(i, START_NS + i * 20_000_000))
        time.sleep(0.05)
    recorder.close()
    assert "disk full" in recorder.notice
    assert len(recorded(tmp_path / "cam01.mkv")) == recorder.recorded == 10
    assert recorder.skipped >= 4


@pytest.fixture
def small_files() -> Iterator[None]:
    """As on a full disk, the kernel lets no file of this process grow beyond a megabyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("codec", ["mjpeg", "h264", "ffv1"])
def test_a_disk_that_takes_no_more_is_one_line_and_what_it_has_is_playable(tmp_path: Path, codec: Codec) -> None:
    recorder = Recorder(tmp_path, "cam01", codec, RecordedTime(), DiskGuard(tmp_path, PLENTY))
    rng = np.random.default_rng(0)
    for i in range(60):
        noise = rng.integers(0, 255, (240, 320, 3), dtype=np.uint8)
        recorder.frame(Frame("cam01", i, START_NS + i * 100_000_000, 0, noise))
        time.sleep(0.005)
    recorder.close()
    assert recorder.notice == f"{tmp_path / 'cam01.mkv'}: cannot be written any more (File too large)"
    assert recorder.recorded + recorder.skipped == 60
    assert 0 < recorder.recorded < 60
    assert len(times_in(tmp_path)["cam01"].numbers) == recorder.recorded
    # Half a second waits in memory to be written as one cluster, with the frame that begins the next.
    assert recorder.recorded - 6 <= len(recorded(tmp_path / "cam01.mkv")) <= recorder.recorded


@pytest.mark.usefixtures("small_files")
def test_half_a_message_ends_the_log_and_those_before_are_read(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "cam01", "mjpeg", RecordedTime(), DiskGuard(tmp_path, PLENTY))
    uv, confidence = np.ones((50, 17, 2), np.float32), np.ones((50, 17), np.float32)
    people = Keypoints2D("cam01", 0, START_NS, 0, "coco_17", (320, 240), uv, confidence)
    content = encode(KeypointsMessage("n", 0, people))
    for _ in range(200):
        recorder.keypoints(content)
    recorder.close()
    assert "cam01.keypoints: cannot be written any more" in recorder.notice
    whole = list(read_keypoint_log(tmp_path / "cam01.keypoints"))
    assert len(whole) == 1_000_000 // (len(content) + 4)


def test_keypoints_of_several_cameras_become_a_trial_again(tmp_path: Path) -> None:
    for camera, offset_ns in (("a", 0), ("b", 7_000_000)):
        log = KeypointLog(tmp_path / f"{camera}.keypoints")
        for i in range(20):
            if (camera, i) != ("b", 5):
                log.append(message(i, START_NS + offset_ns + i * 20_000_000, camera))
        log.close()
    trial = read_keypoint_trial(tmp_path, None, None)
    assert trial.cameras == ("a", "b")
    assert trial.uv.shape == (2, 20, 1, 17, 2)
    np.testing.assert_array_equal(trial.uv[0, :, 0, 0, 0], np.arange(20) + 1)
    assert np.isnan(trial.uv[1, 5]).all()
    np.testing.assert_allclose(trial.time_s[1] - trial.time_s[0], 0.007, atol=1e-9)
    assert not trial.synchronised


def test_an_unfinished_last_message_is_left_out_and_nonsense_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.keypoints"
    log = KeypointLog(path)
    for i in range(3):
        log.append(message(i, START_NS + i))
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert [m.sequence for m in read_keypoint_log(path)] == [0, 1]
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(CaptureError, match="is not a keypoint log"):
        list(read_keypoint_log(path))
    path.unlink()
    log = KeypointLog(path)
    log.append(encode(StreamEnd("n", "c", 1)))
    log.close()
    with pytest.raises(CaptureError, match="holds a StreamEnd where keypoints belong"):
        list(read_keypoint_log(path))
    with pytest.raises(CaptureError, match="cannot be created"):
        KeypointLog(path)


def test_a_run_gets_a_folder_of_its_own_and_room_is_asked_for_first(tmp_path: Path) -> None:
    keepers = open_recording(RecordingTable(str(tmp_path / "r"), "mjpeg", 0, 0), ["a", "b"])
    opened = [open_keeper(RecordedTime()) for open_keeper in keepers.values()]
    for keeper in opened:
        keeper.close()
    (folder,) = (tmp_path / "r").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "a.keypoints", "a.timestamps.csv", "b.keypoints", "b.timestamps.csv",
    }  # fmt: skip
    with pytest.raises(CaptureError, match="disk full"):
        open_recording(RecordingTable(str(tmp_path / "s"), "mjpeg", 1e9, 1e9), ["a"])
    (tmp_path / "file").write_text("")
    with pytest.raises(CaptureError, match="cannot be made"):
        open_recording(RecordingTable(str(tmp_path / "file"), "mjpeg", 0, 0), ["a"])


def test_recording_is_for_live_nodes(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    cameras = '[[cameras]]\nkind = "video"\nname = "a"\npath = "a.mp4"\n[recording]\nfolder = "r"\n'
    path.write_text(f'name = "n"\n{cameras}')
    assert read_node_config(path).recording == RecordingTable(str(tmp_path / "r"))
    path.write_text(f'name = "n"\npace = "lock-step"\n{cameras}')
    with pytest.raises(CaptureError, match="is for live cameras"):
        read_node_config(path)
    path.write_text(f'name = "n"\n{cameras}codec = "avi"\n')
    with pytest.raises(CaptureError, match=r"recording\.codec: Invalid enum value 'avi'"):
        read_node_config(path)
