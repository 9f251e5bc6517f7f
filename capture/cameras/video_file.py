"""A recorded video as a camera: every frame, with the time that its container gives it."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.types import Frame

_NS = 1_000_000_000
# Stated durations include the last frame's own, and a few that edit lists hide.
_TOLERATED_FRAMES, _TOLERATED_SHARE = 3, 0.02


class VideoFile:
    """Frames as fast as they are asked for; `time_ns` counts from the start of the container's clock.

    The time's standard deviation is that of its rounding to ticks of the container.  Turned pictures (phones) come
    upright.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._container = self._open()
        self._frames = self._decode()

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._name

    def read(self) -> Frame | None:
        """Next frame, None at the end; raises CaptureError where the video is damaged or ends too soon."""
        return next(self._frames, None)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _open(self) -> InputContainer:
        try:
            container = av.open(str(self._path))
        except (OSError, FFmpegError) as error:
            reason = error.strerror or type(error).__name__
            raise CaptureError(f"{self._path}: cannot be read as a video ({reason})") from None
        if not container.streams.video:
            container.close()
            raise CaptureError(f"{self._path}: holds no video stream; it is no video, or cut short")
        return container

    def _decode(self) -> Iterator[Frame]:
        stream = self._container.streams.video[0]
        times_ns: list[int] = []
        try:
            for picture in self._container.decode(stream):
                frame = self._frame(picture, len(times_ns))
                times_ns.append(frame.time_ns)
                yield frame
        except FFmpegError as error:
            raise CaptureError(f"{self._path}: is damaged after frame {len(times_ns)} ({error.strerror})") from None
        self._check_end(times_ns, stream)

    def _check_end(self, times_ns: list[int], stream: VideoStream) -> None:
        """Refuse a file whose frames end long before the duration that the container states."""
        if not times_ns:
            raise CaptureError(f"{self._path}: is cut short: no frame can be read")
        stated_ns = self._stated_duration_ns(stream)
        seen_ns = times_ns[-1] - times_ns[0]
        frame_ns = seen_ns // (len(times_ns) - 1) if len(times_ns) > 1 else stated_ns // max(stream.frames, 1)
        if stated_ns - seen_ns > max(_TOLERATED_FRAMES * frame_ns, _TOLERATED_SHARE * stated_ns):
            raise CaptureError(f"{self._path}: is cut short: ends after {seen_ns / _NS:.3g} of {stated_ns / _NS:.3g} s")

    def _stated_duration_ns(self, stream: VideoStream) -> int:
        """Duration by the stream's or the container's header, 0 where neither has one."""
        counted = stream.frames / stream.average_rate if stream.average_rate else Fraction(0)
        if stream.duration is not None and stream.time_base is not None:
            return int(max(stream.duration * stream.time_base, counted) * _NS)
        return (self._container.duration or 0) * (_NS // av.time_base)

    def _frame(self, picture: av.VideoFrame, index: int) -> Frame:
        if picture.pts is None or picture.time_base is None:
            raise CaptureError(f"{self._path}: frame {index} carries no time; convert the video to mp4 or mkv")
        tick_ns = Fraction(picture.time_base) * _NS
        return Frame(
            camera=self._name,
            index=index,
            time_ns=round(picture.pts * tick_ns),
            time_sd_ns=math.ceil(tick_ns / math.sqrt(12)),
            picture=_upright(picture),
        )


def _upright(picture: av.VideoFrame) -> NDArray[np.uint8]:
    image = picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
    return np.ascontiguousarray(np.rot90(image, round(picture.rotation / 90)))
