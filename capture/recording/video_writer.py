"""Frames into a Matroska file that stays playable when the writer is killed."""

from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from capture.errors import CaptureError

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
    codec : `h264` small, `mjpeg` every frame for itself, `ffv1` without loss
    size : (width, height) px of every frame

    Raises
    ------
    CaptureError : the file cannot be created or written
    """

    def __init__(self, path: Path, codec: Codec, size: tuple[int, int]) -> None:
        self._path = path
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

    def write(self, image: NDArray[np.uint8], time_ns: int) -> None:
        """Add a BGR picture taken at `time_ns` of any clock that does not run backwards."""
        if self._first_ns is None:
            self._first_ns = time_ns
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        self._last_tick = max(self._last_tick + 1, round((time_ns - self._first_ns) / _TICK_NS))
        frame.pts, frame.time_base = self._last_tick, _TICK
        self._mux(frame)

    def close(self) -> None:
        """Finish the file."""
        try:
            self._mux(None)
        finally:
            self._container.close()

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except (OSError, FFmpegError) as error:
            raise CaptureError(f"{self._path}: cannot be written any more ({error.strerror})") from None
