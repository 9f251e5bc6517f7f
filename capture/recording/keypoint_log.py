"""Keypoints and tags as sent: one wire message after the other, each behind its length (4 bytes, little endian)."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from capture.errors import CaptureError
from capture.messages import KeypointsMessage, TagsMessage
from capture.wire import MAX_MESSAGE_BYTES, decode

SUFFIX = ".keypoints"
_LENGTH = struct.Struct("<I")


class KeypointLog:
    """Appends messages to a new file; each is on its way to the disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
        except OSError as error:
            raise CaptureError(f"{path}: cannot be created ({error.strerror})") from None

    def append(self, message: bytes) -> None:
        """Add one encoded message; raises CaptureError where the disk takes no more."""
        content = _LENGTH.pack(len(message)) + message
        try:
            written = self._file.write(content)
        except OSError as error:
            raise CaptureError(f"{self._path}: cannot be written any more ({error.strerror})") from None
        if written != len(content):
            raise CaptureError(f"{self._path}: cannot be written any more (the disk took half a message)")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def read_keypoint_log(path: Path) -> Iterator[KeypointsMessage]:
    """Keypoints of a file in order; an unfinished last message, of a writer that was killed, is left out.

    Raises
    ------
    CaptureError : the file cannot be read, or holds what cameras do not see
    """
    return (message for message in _messages(path) if isinstance(message, KeypointsMessage))


def read_tag_log(path: Path) -> Iterator[TagsMessage]:
    """Tags of the same file in order; as `read_keypoint_log`."""
    return (message for message in _messages(path) if isinstance(message, TagsMessage))


def _messages(path: Path) -> Iterator[KeypointsMessage | TagsMessage]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from None
    start = 0
    while start + _LENGTH.size <= len(content):
        (length,) = _LENGTH.unpack_from(content, start)
        start += _LENGTH.size
        if length > MAX_MESSAGE_BYTES:
            raise CaptureError(f"{path}: is not a keypoint log (at byte {start - _LENGTH.size})")
        if start + length > len(content):
            return
        yield _decode(path, content[start : start + length])
        start += length


def _decode(path: Path, content: bytes) -> KeypointsMessage | TagsMessage:
    try:
        message = decode(content)
    except CaptureError as error:
        raise CaptureError(f"{path}: {error}") from None
    if not isinstance(message, KeypointsMessage | TagsMessage):
        raise CaptureError(f"{path}: holds a {type(message).__name__} where keypoints belong")
    return message
