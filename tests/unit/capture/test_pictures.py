"""Pictures as cameras send them: looked at late, recorded as they came."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.pictures import JpegPicture, YuyvPicture, read_jpeg
from capture.recording.video_writer import VideoWriter
from capture.types import Frame

SIZE = (96, 64)


def gradient(shift: int = 0) -> np.ndarray:
    u, v = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    return np.stack([2 * u, 3 * v, (u + v + shift) % 200], axis=-1).astype(np.uint8)


def jpeg(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def test_a_jpeg_tells_its_size_and_is_decoded() -> None:
    picture = read_jpeg(jpeg(gradient()) + bytes(16))
    assert picture is not None
    assert picture.size == SIZE
    assert np.abs(picture.image.astype(int) - gradient()).mean() < 3
    assert picture.image is picture.image


@pytest.mark.parametrize("cut", [slice(0, -200), slice(2, None), slice(0, 0)])
def test_a_cut_jpeg_is_no_picture(cut: slice) -> None:
    assert read_jpeg(jpeg(gradient())[cut]) is None
    assert read_jpeg(b"\xff\xd8\xff\xd9") is None


def test_a_jpeg_that_cannot_be_decoded_is_one_line() -> None:
    with pytest.raises(CaptureError, match="cannot be decoded"):
        _ = JpegPicture(b"nothing", SIZE).image


def test_yuyv_with_padded_rows_is_converted() -> None:
    grey = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0]) % 200 + 20
    rows = np.full((SIZE[1], 2 * SIZE[0] + 32), 7, np.uint8)
    rows[:, 0 : 2 * SIZE[0] : 2] = grey
    rows[:, 1 : 2 * SIZE[0] : 2] = 128
    picture = YuyvPicture(rows.tobytes(), SIZE, rows.shape[1])
    expected = np.clip((grey - 16) * 255 / 219, 0, 255)
    assert np.abs(picture.image - expected[..., None]).max() < 2


def test_compressed_pictures_are_recorded_byte_for_byte(tmp_path: Path) -> None:
    sent = [jpeg(gradient(10 * i)) for i in range(12)]
    writer = VideoWriter(tmp_path / "a.mkv", "mjpeg", SIZE)
    for i, data in enumerate(sent):
        picture = read_jpeg(data)
        assert picture is not None
        writer.write(Frame("a", i, 20_000_000 * i, 0, picture))
        assert "_decoded" not in vars(picture)
    writer.close()
    with av.open(str(tmp_path / "a.mkv")) as container:
        assert [bytes(packet) for packet in container.demux(video=0) if packet.size] == sent
    video = VideoFile(tmp_path / "a.mkv", "a")
    frames = list(iter(video.read, None))
    video.close()
    np.testing.assert_allclose([frame.time_ns / 1e6 for frame in frames], 20 * np.arange(12))
    assert np.abs(frames[3].image.astype(int) - gradient(30)).mean() < 3
