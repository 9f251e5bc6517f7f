"""A video file as one camera's footage."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from calibration.errors import CalibrationError
from calibration.footage.clips import Picture
from calibration.footage.luma import gray_of


def _seconds(frame: av.VideoFrame) -> float:
    return float("nan") if frame.pts is None else float(frame.time)


@dataclass(frozen=True)
class VideoClip:
    """A video file; frames are numbered from 0."""

    name: str
    path: Path

    def numbers(self) -> list[int]:
        """Frame numbers, counted without decoding."""
        try:
            with av.open(str(self.path)) as container:
                packets = container.demux(self._stream(container))
                return list(range(sum(packet.size > 0 for packet in packets)))
        except av.error.FFmpegError as error:
            raise self._broken(error) from error

    def pictures(self, wanted: Set[int]) -> Iterator[Picture]:
        """The frames whose numbers are wanted, upright; nothing behind the last of them is decoded."""
        last = max(wanted, default=-1)
        try:
            with av.open(str(self.path)) as container:
                for number, frame in enumerate(container.decode(self._stream(container))):
                    if number in wanted:
                        gray = np.rot90(gray_of(frame), frame.rotation // 90)
                        yield Picture(number, _seconds(frame), np.ascontiguousarray(gray))
                    if number >= last:
                        return
        except av.error.FFmpegError as error:
            raise self._broken(error) from error

    def _stream(self, container: InputContainer) -> VideoStream:
        if not container.streams.video:
            raise CalibrationError(f"{self.path}: holds no video; give a video file or a folder of pictures")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return stream

    def _broken(self, error: av.error.FFmpegError) -> CalibrationError:
        return CalibrationError(f"{self.path}: cannot be decoded ({error.strerror}); record or copy it again")
