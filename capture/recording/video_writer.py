"""Frames into a Matroska file that stays playable when the writer is killed."""

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
from av.error import FFmpegError

from capture.errors import CaptureError
from capture.pictures import JpegPicture
from capture.types import Frame

Codec = Literal["h264", "mjpeg", "ffv1"]

_TICK = Fraction(1, 1000)
_TICK_NS = 1_000_000
_CONTAINER = {"cluster_time_limit": "500", "flush_packets": "1"}
_ENCODERS: dict[Codec, tuple[str, str, dict[str, str]]] = {
    "h264": ("libx264", "yuv420p", {"preset": "ultrafast", "tune": "zerolatency", "crf": "18"}),
    "mjpeg": ("mjpeg", "yuvj422p", {"qmin": "2", "qmax": "2"}),
    "ffv1": ("ffv1", "bgr0", {"level": "3", "slices": "4", "slicecrc": "1"}),
}


class VideoWriter:
    """Writes one video.

    Matroska keeps times in whole milliseconds; exact ones are kept beside it.

    Parameters
    ----------
    path : new `.mkv` file
    codec : `h264` small, `mjpeg` every frame for itself and as the camera compressed it, `ffv1` without loss
    size : (width, height) px of every frame

    Raises
    ------
    CaptureError : the file cannot be created or written
    """

    def __init__(self, path: Path, codec: Codec, size: tuple[int, int]) -> None:
        self._path = path
        self._codec: Codec = codec
        self._only_passed_through = True
        encoder, pixels, options = _ENCODERS[codec]
        try:
            self._container: Any = av.open(str(path), "w", format="matroska", options=_CONTAINER)
        except (OSError, FFmpegError) as error:
            raise CaptureError(f"{path}: cannot be created ({error.strerror})") from None
        self._stream: Any = self._container.add_stream(encoder, rate=1000, options=options)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = pixels
        self._stream.codec_context.time_base = _TICK
        self._first_ns: int | None = None
        self._last_tick = -1

    def write(self, frame: Frame) -> None:
        """Add a frame; times may be of any clock that does not run backwards."""
        if self._first_ns is None:
            self._first_ns = frame.time_ns
        self._last_tick = max(self._last_tick + 1, round((frame.time_ns - self._first_ns) / _TICK_NS))
        with self._one_line_errors():
            self._container.mux(self._packets(frame))

    def close(self) -> None:
        """Finish the file; raises CaptureError where the disk takes no more, and what it holds stays."""
        with self._one_line_errors():
            try:
                self._container.mux([] if self._only_passed_through else self._stream.encode(None))
            finally:
                self._container.close()

    def _packets(self, frame: Frame) -> Any:
        if self._codec == "mjpeg" and isinstance(frame.picture, JpegPicture):
            return self._passed_through(frame.picture)
        self._only_passed_through = False
        picture = av.VideoFrame.from_ndarray(frame.image, format="bgr24")
        picture.pts, picture.time_base = self._last_tick, _TICK
        return self._stream.encode(picture)

    def _passed_through(self, picture: JpegPicture) -> Any:
        packet: Any = av.Packet(picture.data)
        packet.stream = self._stream
        packet.pts = packet.dts = self._last_tick
        packet.time_base, packet.is_keyframe = _TICK, True
        return packet

    @contextmanager
    def _one_line_errors(self) -> Generator[None]:
        try:
            yield
        except (OSError, FFmpegError) as error:
            raise CaptureError(f"{self._path}: cannot be written any more ({error.strerror})") from None
