"""The first 512 bytes of a C3D file: what it claims to hold, checked against how long it is."""

import struct
from dataclasses import dataclass
from pathlib import Path

from stream.errors import StreamError

BLOCK = 512
KEY = 0x50
INTEL, DEC = 84, 85
SCALE_OFFSET = 12
LAST_FRAME_UNKNOWN = 65535


@dataclass(frozen=True)
class C3dHeader:
    """What the file claims; where 16 bits cannot hold the last frame's number, `frames` is the least that it can be."""

    points: int
    analogs_per_frame: int
    frames: int
    frames_are_exact: bool
    first_data_block: int
    bytes_per_value: int

    @property
    def data_end(self) -> int:
        """Length in bytes that the file must have at least."""
        values_per_frame = 4 * self.points + self.analogs_per_frame
        return (self.first_data_block - 1) * BLOCK + self.frames * values_per_frame * self.bytes_per_value


def read_c3d_header(path: Path) -> C3dHeader:
    """Header of a C3D file that is as long as it claims.

    Raises
    ------
    StreamError : unreadable, not a C3D file, of a processor that cannot be read, or cut short
    """
    try:
        with path.open("rb") as file:
            head = file.read(BLOCK)
            file.seek(max(0, (head[0] - 1) * BLOCK if head else 0))
            parameters = file.read(4)
        size = path.stat().st_size
    except OSError as error:
        raise StreamError(f"{path} cannot be read: {error.strerror}; check the name") from error
    if len(head) < BLOCK or head[1] != KEY or len(parameters) < 4:
        raise StreamError(f"{path} is not a C3D file: its first block lacks the key 0x50; was it renamed?")
    if parameters[3] not in (INTEL, DEC):
        raise StreamError(
            f"{path}: processor type {parameters[3]} (84 Intel and 85 DEC can be read); "
            "open it in the program it came from and save it for Intel"
        )
    header = _parsed(head, processor=parameters[3])
    if size < header.data_end:
        raise StreamError(
            f"{path} is cut short: it claims {header.frames} frames of {header.points} points, which take "
            f"{header.data_end} bytes, and has {size}; copy or export it again"
        )
    return header


def _parsed(head: bytes, processor: int) -> C3dHeader:
    points, analogs, first, last = struct.unpack_from("<4H", head, 2)
    (first_block,) = struct.unpack_from("<H", head, SCALE_OFFSET + 4)
    sign_byte = 1 if processor == DEC else 3
    return C3dHeader(
        points=points,
        analogs_per_frame=analogs,
        frames=max(0, last - first + 1),
        frames_are_exact=first <= last < LAST_FRAME_UNKNOWN,
        first_data_block=first_block,
        # A negative scale factor says that values are floats rather than 16-bit integers.
        bytes_per_value=4 if head[SCALE_OFFSET + sign_byte] & 0x80 else 2,
    )
