"""Pictures as cameras deliver them, turned into BGR only when somebody looks."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError

Image = NDArray[np.uint8]

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_PADDING_BYTES = 64
_SIZE_MARKERS = frozenset((0xC0, 0xC1, 0xC2))
_SCAN = 0xDA


class Picture(Protocol):
    """One picture in whatever form it came."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) px."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes that it takes in memory."""
        ...

    @property
    def image(self) -> Image:
        """(height, width, 3) BGR."""
        ...


@dataclass(frozen=True, eq=False)
class JpegPicture:
    """A picture that the camera compressed: `data` can be recorded as it is."""

    data: bytes
    size: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """Bytes in memory, counting the decoded picture that may come to be."""
        return len(self.data) + 3 * self.size[0] * self.size[1]

    @property
    def image(self) -> Image:
        """(height, width, 3) BGR; raises CaptureError where the data are no picture."""
        return self._decoded

    @cached_property
    def _decoded(self) -> Image:
        import cv2

        decoded = cast("Image | None", cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR_BGR))
        if decoded is None:
            raise CaptureError("a picture of the camera cannot be decoded; try a shorter cable or another port")
        return decoded


@dataclass(frozen=True, eq=False)
class YuyvPicture:
    """Two bytes per pixel, `stride` bytes per row."""

    data: bytes
    size: tuple[int, int]
    stride: int

    @property
    def nbytes(self) -> int:
        """Bytes in memory, counting the converted picture that may come to be."""
        return len(self.data) + 3 * self.size[0] * self.size[1]

    @property
    def image(self) -> Image:
        """(height, width, 3) BGR."""
        return self._decoded

    @cached_property
    def _decoded(self) -> Image:
        import cv2

        width, height = self.size
        rows = np.frombuffer(self.data, np.uint8)[: self.stride * height].reshape(height, self.stride)
        packed = rows[:, : 2 * width].reshape(height, width, 2)
        return cast("Image", cv2.cvtColor(packed, cv2.COLOR_YUV2BGR_YUYV))


def read_jpeg(data: bytes) -> JpegPicture | None:
    """Picture of some bytes, None where they do not begin and end like a whole one (a frame cut on its way)."""
    if data[:2] != _START or _END not in data[-_PADDING_BYTES:]:
        return None
    size = next(_sizes(data), None)
    return None if size is None else JpegPicture(data, size)


def _sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """(width, height) of the frame header, found by walking over the segments before the first scan."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF and data[at + 1] != _SCAN:
        if data[at + 1] in _SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            yield width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
