"""Cameras over HTTP, and everything between a configuration and files on the disk, with a phone made of a socket."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from capture.cameras.arrival import ArrivalTimes
from capture.cameras.network import NetworkCamera
from capture.cameras.trial_run import try_out
from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.keypoint_files.timestamps_csv import times_in
from capture.pictures import JpegPicture
from tests.support.rtsp_phone import SIZE, RtspPhone
from valgus.cli.main import main

FPS = 50.0


class Phone(BaseHTTPRequestHandler):
    """Sends pictures whose grey counts frames; after `frames` of them it hangs up."""

    frames = 10**6

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for i in range(self.frames):
                picture = cv2.imencode(".jpg", np.full((48, 64, 3), 10 + i % 200, np.uint8))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")
                time.sleep(1 / FPS)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def phone() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Phone)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/video"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_phone_is_a_camera_whose_pictures_stay_compressed(phone: str) -> None:
    camera = NetworkCamera("phone", phone)
    frames = [camera.read() for _ in range(30)]
    now_ns = time.monotonic_ns()
    camera.close()
    levels = [int(frame.image.mean()) for frame in frames if frame is not None]
    assert np.all(np.diff(levels) >= 0)
    assert all(isinstance(frame.picture, JpegPicture) for frame in frames if frame is not None)
    assert [frame.index for frame in frames if frame is not None] == list(range(30))
    last = frames[-1]
    assert last is not None
    assert 0 <= now_ns - last.time_ns < 5e8
    assert 1e6 <= last.time_sd_ns <= 1e7


def test_a_camera_that_speaks_rtsp_is_decoded_and_timed_by_arrival() -> None:
    phone = RtspPhone()
    camera = NetworkCamera("phone", phone.url)
    frames = [frame for _ in range(30) if (frame := camera.read()) is not None]
    now_ns = time.monotonic_ns()
    camera.close()
    phone.stop()
    assert [frame.index for frame in frames] == list(range(30))
    assert {frame.size for frame in frames} == {SIZE}
    levels = np.array([frame.image.mean() for frame in frames])
    np.testing.assert_allclose(levels - levels[0], np.arange(30), atol=1.5)  # video has fewer greys than pictures
    assert np.all(np.diff([frame.time_ns for frame in frames]) > 0)
    assert 0 <= now_ns - frames[-1].time_ns < 5e8


def test_an_rtsp_camera_that_hangs_up_is_one_line() -> None:
    phone = RtspPhone(frames=25)
    camera = NetworkCamera("phone", phone.url)
    with pytest.raises(CaptureError, match=r"camera 'phone': the (stream has ended|connection broke)"):
        list(iter(camera.read, None))
    camera.close()
    phone.stop()
    with pytest.raises(CaptureError, match="cannot be opened"):
        NetworkCamera("phone", phone.url)


def test_arrivals_off_the_beat_are_less_certain() -> None:
    times = ArrivalTimes()
    rng = np.random.default_rng(0)
    beat_ns = [round(i * 20e6 + rng.normal(0, 1.5e6)) for i in range(100)]
    sds_ns = [times.arrived(now_ns) for now_ns in beat_ns]
    assert sds_ns[0] == 10_000_000
    assert np.median(sds_ns[-50:]) == pytest.approx(1.5e6, rel=0.35)
    assert times.arrived(beat_ns[-1] + 200_000_000) > 100e6


def test_a_phone_that_hangs_up_and_one_that_is_not_there_are_one_line(
    phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Phone, "frames", 20)
    camera = NetworkCamera("phone", phone)
    with pytest.raises(CaptureError, match=r"camera 'phone': the (stream has ended|connection broke)"):
        list(iter(camera.read, None))
    camera.close()
    with pytest.raises(CaptureError, match="cannot be opened"):
        NetworkCamera("phone", "http://127.0.0.1:9/video")
    with pytest.raises(CaptureError, match="begins with none of http, https, rtsp"):
        NetworkCamera("phone", "ftp://here")


def test_the_rate_is_measured_and_a_snapshot_written(
    phone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = NetworkCamera("phone", phone)
    run = try_out(camera, 1.0)
    camera.close()
    assert run.size == (64, 48)
    assert 0.6 * FPS < run.fps < 1.2 * FPS
    snapshot = tmp_path / "snapshot.png"
    assert main(["cameras", "preview", phone, "--seconds", "0.5", "--snapshot", str(snapshot)]) == 0
    assert "64x48" in capsys.readouterr().out
    written = cv2.imread(str(snapshot))
    assert written is not None
    assert written.shape == (48, 64, 3)
    assert list(tmp_path.iterdir()) == [snapshot]


def times_in_film(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole milliseconds from the first frame on, no two alike: a phone's first frames come in one burst."""
    ticks: list[int] = []
    for since in time_s - time_s[0]:
        ticks.append(max(ticks[-1] + 1 if ticks else 0, round(1e3 * since)))
    return np.array(ticks) / 1e3


def test_two_phones_are_recorded_with_times_of_one_clock(
    phone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "node.toml"
    cameras = "".join(
        f'[[cameras]]\nkind = "network"\nname = "{name}"\nurl = "{phone}"\n' for name in ("left", "right")
    )
    config.write_text(f'name = "lab"\n{cameras}[detector]\nname = "none"\n')
    assert main(["cameras", "record", str(config), "--seconds", "1"]) == 2
    assert "has no [recording]" in capsys.readouterr().err
    config.write_text(
        config.read_text() + '[recording]\nfolder = "films"\ncodec = "mjpeg"\nstop_below_gb = 0\nwarn_below_gb = 0\n'
    )
    assert main(["cameras", "record", str(config), "--seconds", "2.5"]) == 0
    assert "left: " in capsys.readouterr().out
    (folder,) = (tmp_path / "films").iterdir()
    times = times_in(folder)
    for name in ("left", "right"):
        video = VideoFile(folder / f"{name}.mkv", name)
        frames = list(iter(video.read, None))
        video.close()
        assert len(frames) == len(times[name].numbers) > 40
        relative = np.array([frame.time_ns for frame in frames]) / 1e9
        np.testing.assert_allclose(relative, times_in_film(times[name].time_s), atol=0.001)
    assert abs(times["left"].time_s[-1] - times["right"].time_s[-1]) < 0.1
