"""Messages as bytes: each is one part, so that any ZeroMQ pattern carries it.

    offset  bytes  content
    0       4      kind: b"VGKP" keypoints, b"VGTG" tags, b"VGHB" heartbeat, b"VGSE" stream end, b"VGCQ", b"VGCR" clock
    4       2      version, little endian
    6       2      h, length of the header, little endian
    8       h      header: msgspec msgpack array, fields in the order of `messages.py` or `_...Header`
    ..      pad    keypoints and tags only: zeros up to a multiple of 8
    ..      rest   float32 little endian: u, v (people, K, 2) then confidence (people, K); corners (tags, 4, 2)

K follows from the keypoint set.  The decoder trusts nobody: any bytes either give a message or raise CaptureError.
"""

import struct
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.keypoint_sets import keypoint_set
from capture.messages import (
    ClockReply,
    ClockRequest,
    Count,
    Heartbeat,
    KeypointsMessage,
    Message,
    Name,
    StreamEnd,
    TagsMessage,
)
from capture.types import Keypoints2D, Tags2D

VERSION = 1
MAX_MESSAGE_BYTES = 1 << 18

_PREAMBLE = struct.Struct("<4sHH")
_ALIGNMENT = 8
_KEYPOINTS, _TAGS = b"VGKP", b"VGTG"
_FLOAT = np.dtype("<f4")
_FLOATS_PER_POINT, _FLOATS_PER_TAG = 3, 8
_MAX_TIME_NS = (1 << 63) - 1

Time = Annotated[int, msgspec.Meta(ge=-_MAX_TIME_NS, le=_MAX_TIME_NS)]
Pixels = Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]


class _KeypointsHeader(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    node: Name
    camera: Name
    sequence: Count
    frame_index: Count
    time_ns: Time
    time_sd_ns: Count
    keypoint_set: str
    width: Pixels
    height: Pixels
    people: Annotated[int, msgspec.Meta(ge=0, le=100)]


class _TagsHeader(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    node: Name
    camera: Name
    sequence: Count
    frame_index: Count
    time_ns: Time
    time_sd_ns: Count
    width: Pixels
    height: Pixels
    dictionary: Name
    ids: Annotated[list[Count], msgspec.Meta(max_length=1000)]


_KINDS: dict[bytes, type[Any]] = {
    _KEYPOINTS: _KeypointsHeader,
    _TAGS: _TagsHeader,
    b"VGHB": Heartbeat,
    b"VGSE": StreamEnd,
    b"VGCQ": ClockRequest,
    b"VGCR": ClockReply,
}
_KIND_OF = {header: kind for kind, header in _KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder()
_DECODERS = {kind: msgspec.msgpack.Decoder(header) for kind, header in _KINDS.items()}


def encode(message: Message) -> bytes:
    """Bytes of one message."""
    if isinstance(message, KeypointsMessage):
        return _encode_keypoints(message)
    if isinstance(message, TagsMessage):
        return _encode_tags(message)
    return _envelope(_KIND_OF[type(message)], _ENCODER.encode(message))


def decode(content: bytes) -> Message:
    """Message of some bytes; arrays are read-only views of them.

    Raises
    ------
    CaptureError : for anything that `encode` of this version did not write
    """
    kind, header_end = _read_preamble(content)
    try:
        header = _DECODERS[kind].decode(content[_PREAMBLE.size : header_end])
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError) as error:
        raise CaptureError(f"message: the header of {kind.decode()} is damaged ({error})") from None
    if isinstance(header, _KeypointsHeader):
        return _keypoints(header, content, header_end)
    if isinstance(header, _TagsHeader):
        return _tags(header, content, header_end)
    if len(content) != header_end:
        raise CaptureError(f"message: {kind.decode()} has {len(content) - header_end} bytes too many")
    return header


def _encode_keypoints(message: KeypointsMessage) -> bytes:
    seen = message.keypoints
    header = _KeypointsHeader(
        node=message.node,
        camera=seen.camera,
        sequence=message.sequence,
        frame_index=seen.frame_index,
        time_ns=seen.time_ns,
        time_sd_ns=seen.time_sd_ns,
        keypoint_set=seen.keypoint_set,
        width=seen.image_size[0],
        height=seen.image_size[1],
        people=len(seen.uv),
    )
    return _with_arrays(_envelope(_KEYPOINTS, _ENCODER.encode(header)), seen.uv, seen.confidence)


def _encode_tags(message: TagsMessage) -> bytes:
    seen = message.tags
    header = _TagsHeader(
        node=message.node,
        camera=seen.camera,
        sequence=message.sequence,
        frame_index=seen.frame_index,
        time_ns=seen.time_ns,
        time_sd_ns=seen.time_sd_ns,
        width=seen.image_size[0],
        height=seen.image_size[1],
        dictionary=seen.dictionary,
        ids=list(seen.ids),
    )
    return _with_arrays(_envelope(_TAGS, _ENCODER.encode(header)), seen.corners)


def _with_arrays(envelope: bytes, *arrays: NDArray[np.float32]) -> bytes:
    content = (array.astype(_FLOAT, copy=False).tobytes() for array in arrays)
    return b"".join((envelope, bytes(-len(envelope) % _ALIGNMENT), *content))


def _envelope(kind: bytes, header: bytes) -> bytes:
    return _PREAMBLE.pack(kind, VERSION, len(header)) + header


def _read_preamble(content: bytes) -> tuple[bytes, int]:
    """Kind of the message, and where its header ends."""
    if len(content) < _PREAMBLE.size:
        raise CaptureError(f"message: {len(content)} bytes are too few to be one")
    kind, version, length = _PREAMBLE.unpack_from(content)
    if kind not in _KINDS:
        raise CaptureError(f"message: starts with {kind!r}, which is none of {', '.join(k.decode() for k in _KINDS)}")
    if version != VERSION:
        raise CaptureError(
            f"message: {kind.decode()} has version {version}, this program speaks {VERSION}; update the older one"
        )
    if len(content) < _PREAMBLE.size + length or len(content) > MAX_MESSAGE_BYTES:
        raise CaptureError(f"message: {len(content)} bytes do not fit a {kind.decode()} with a header of {length}")
    return kind, _PREAMBLE.size + length


def _keypoints(header: _KeypointsHeader, content: bytes, header_end: int) -> KeypointsMessage:
    shape = (header.people, len(keypoint_set(header.keypoint_set)))
    points = shape[0] * shape[1]
    start = _arrays_start(content, header_end, points * _FLOATS_PER_POINT)
    uv = np.frombuffer(content, _FLOAT, count=2 * points, offset=start).reshape(*shape, 2)
    confidence = np.frombuffer(content, _FLOAT, count=points, offset=start + uv.nbytes).reshape(shape)
    _check_values(header.camera, uv, confidence)
    seen = Keypoints2D(
        camera=header.camera,
        frame_index=header.frame_index,
        time_ns=header.time_ns,
        time_sd_ns=header.time_sd_ns,
        keypoint_set=header.keypoint_set,
        image_size=(header.width, header.height),
        uv=uv,
        confidence=confidence,
    )
    return KeypointsMessage(header.node, header.sequence, seen)


def _tags(header: _TagsHeader, content: bytes, header_end: int) -> TagsMessage:
    count = len(header.ids) * _FLOATS_PER_TAG
    start = _arrays_start(content, header_end, count)
    corners = np.frombuffer(content, _FLOAT, count=count, offset=start).reshape(-1, 4, 2)
    if not np.isfinite(corners).all():
        raise CaptureError(f"message: camera '{header.camera}' sends tag corners that are not finite")
    seen = Tags2D(
        camera=header.camera,
        frame_index=header.frame_index,
        time_ns=header.time_ns,
        time_sd_ns=header.time_sd_ns,
        image_size=(header.width, header.height),
        dictionary=header.dictionary,
        ids=tuple(header.ids),
        corners=corners,
    )
    return TagsMessage(header.node, header.sequence, seen)


def _arrays_start(content: bytes, header_end: int, floats: int) -> int:
    """Where the arrays begin, once they are known to fill the message exactly."""
    start = header_end + -header_end % _ALIGNMENT
    expected = start + floats * _FLOAT.itemsize
    if len(content) != expected:
        raise CaptureError(f"message: {len(content)} bytes where {expected} were announced")
    return start


def _check_values(camera: str, uv: NDArray[np.float32], confidence: NDArray[np.float32]) -> None:
    if len(uv) and not (confidence.min() >= 0 and confidence.max() <= 1):
        raise CaptureError(f"message: camera '{camera}' sends confidences that are not between 0 and 1")
    if not (np.isfinite(uv).all() or np.isfinite(uv[confidence > 0]).all()):
        raise CaptureError(f"message: camera '{camera}' sends points that are not finite but have confidence")
