"""`LiveFrame` on the wire: one message part, so that a subscriber may keep nothing but the newest.

    offset  bytes  content
    0       4      b"VGLF"
    4       2      version, little endian
    6       2      number of the subject, from 1, little endian
    8       2      h, length of the header, little endian
    10      h      header: msgspec msgpack array, in the order of `_Header`
    ..      pad    zeros up to a multiple of 8
    ..      rest   the arrays of `_body_layout`, little endian, in that order

K comes from the keypoint set, the number of angles from the version.  The decoder trusts nobody: any bytes either
give a LiveFrame or raise ReconstructError.
"""

import struct
from functools import lru_cache
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.keypoint_sets import KeypointSet, keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.errors import ReconstructError
from reconstruct.types import Bystander, JointAngles, LiveFrame, Observability, Points3D

MAGIC = b"VGLF"
VERSION = 3

_PREAMBLE = struct.Struct("<4sHHH")
_ALIGNMENT = 8
_OBSERVABILITY_CODES = frozenset(int(code) for code in Observability)

Array = NDArray[np.float64]
Count = Annotated[int, msgspec.Meta(ge=0)]
Person = Annotated[int, msgspec.Meta(ge=-1)]


class _Header(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    sequence: Count
    keypoint_set: str
    points_time_ns: int
    angles_time_ns: int
    views: Count
    latency_ms: float
    sync_error_ms: float
    dropped: Count
    lagged_time_ns: int | None
    person: Person
    others: tuple[tuple[Count, float, float], ...]


_NO_ANGLES = JointAngles(
    0, *np.full((2, len(ANGLE_NAMES)), np.nan), observability=np.zeros(len(ANGLE_NAMES), dtype=np.int8)
)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Header)


@lru_cache
def _body_layout(n_keypoints: int) -> np.dtype[Any]:
    angles = (2, len(ANGLE_NAMES))  # of this moment, and lagged: NaN and 0 where there are none
    return np.dtype(
        [
            ("xyz", "<f8", (n_keypoints, 3)),
            ("covariance", "<f8", (n_keypoints, 3, 3)),
            ("residual_px", "<f8", (n_keypoints,)),
            ("values", "<f8", angles),
            ("standard_error", "<f8", angles),
            ("views", "i1", (n_keypoints,)),
            ("observability", "i1", angles),
        ]
    )


def encode_live_frame(frame: LiveFrame) -> bytes:
    """One message that holds the whole frame, every number exactly."""
    points, lagged = frame.points, frame.lagged
    header = _encoder.encode(
        _Header(
            sequence=frame.sequence,
            keypoint_set=points.keypoint_set.name,
            points_time_ns=points.time_ns,
            angles_time_ns=frame.angles.time_ns,
            views=frame.views,
            latency_ms=frame.latency_ms,
            sync_error_ms=frame.sync_error_ms,
            dropped=frame.dropped,
            lagged_time_ns=None if lagged is None else lagged.time_ns,
            person=frame.person,
            others=tuple((other.person, other.x, other.y) for other in frame.others),
        )
    )
    head = _PREAMBLE.pack(MAGIC, VERSION, frame.subject, len(header)) + header
    return b"".join((head, bytes(_padded(len(head)) - len(head)), *_body(points, frame.angles, lagged or _NO_ANGLES)))


def _body(points: Points3D, angles: JointAngles, lagged: JointAngles) -> tuple[bytes, ...]:
    """The arrays in the order of `_body_layout`."""
    return (
        _floats(points.xyz),
        _floats(points.covariance),
        _floats(points.residual_px),
        _floats(angles.values),
        _floats(lagged.values),
        _floats(angles.standard_error),
        _floats(lagged.standard_error),
        _codes(points.views),
        _codes(angles.observability),
        _codes(lagged.observability),
    )


def _floats(values: Array) -> bytes:
    return values.astype("<f8", copy=False).tobytes()


def _codes(values: NDArray[np.int8]) -> bytes:
    return values.astype("i1", copy=False).tobytes()


def beginning_of(subject: int) -> bytes:
    """How every message about this subject begins, for subscriptions to nobody else."""
    return _PREAMBLE.pack(MAGIC, VERSION, subject, 0)[:-2]


def subject_of(message: bytes) -> int:
    """Number of the subject whom a message is about, without reading it; 0 for what is no live frame of this version.

    Parameters
    ----------
    message : anything that was published
    """
    if len(message) < _PREAMBLE.size:
        return 0
    magic, version, subject, _ = _PREAMBLE.unpack_from(message)
    return int(subject) if (magic, version) == (MAGIC, VERSION) else 0


def decode_live_frame(message: bytes) -> LiveFrame:
    """Frame of one message; its arrays are read-only views of the message.

    Raises
    ------
    ReconstructError : for anything that `encode_live_frame` of this version did not write
    """
    header, start = _read_header(message)
    points_set = _read_keypoint_set(header.keypoint_set)
    body = _read_body(message, start, _body_layout(len(points_set)))
    _check_observability(body["observability"])
    return LiveFrame(
        sequence=header.sequence,
        points=Points3D(
            time_ns=header.points_time_ns,
            keypoint_set=points_set,
            xyz=body["xyz"],
            covariance=body["covariance"],
            views=body["views"],
            residual_px=body["residual_px"],
        ),
        angles=_angles(header.angles_time_ns, body, 0),
        views=header.views,
        latency_ms=header.latency_ms,
        sync_error_ms=header.sync_error_ms,
        dropped=header.dropped,
        lagged=None if header.lagged_time_ns is None else _angles(header.lagged_time_ns, body, 1),
        subject=subject_of(message),
        person=header.person,
        others=tuple(Bystander(*other) for other in header.others),
    )


def _angles(time_ns: int, body: NDArray[Any], row: int) -> JointAngles:
    return JointAngles(
        time_ns=time_ns,
        values=body["values"][row],
        standard_error=body["standard_error"][row],
        observability=body["observability"][row],
    )


def _padded(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT


def _read_header(message: bytes) -> tuple[_Header, int]:
    """Header and the offset at which the arrays start."""
    if len(message) < _PREAMBLE.size:
        raise ReconstructError(f"live frame: a message of {len(message)} bytes is too short to be one")
    magic, version, subject, length = _PREAMBLE.unpack_from(message)
    if magic != MAGIC:
        raise ReconstructError(f"live frame: a message starts with {magic!r} and not {MAGIC!r}; give a hub's address")
    if version != VERSION:
        raise ReconstructError(
            f"live frame: the message has version {version}, this program reads {VERSION}; update the older of the two"
        )
    if not subject:
        raise ReconstructError("live frame: there is no subject 0; the message is damaged")
    try:
        header = _decoder.decode(message[_PREAMBLE.size : _PREAMBLE.size + length])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ReconstructError(f"live frame: the header is damaged: {error}") from error
    return header, _padded(_PREAMBLE.size + length)


def _read_keypoint_set(name: str) -> KeypointSet:
    try:
        return keypoint_set(name)
    except CaptureError as error:
        raise ReconstructError(f"live frame: {error}") from error


def _read_body(message: bytes, start: int, layout: np.dtype[Any]) -> NDArray[Any]:
    if len(message) != start + layout.itemsize:
        raise ReconstructError(
            f"live frame: {len(message)} bytes where {start + layout.itemsize} were announced; the message is damaged"
        )
    return np.frombuffer(message, layout, count=1, offset=start).reshape(())


def _check_observability(codes: NDArray[np.int8]) -> None:
    if unknown := set(codes.ravel().tolist()) - _OBSERVABILITY_CODES:
        raise ReconstructError(f"live frame: observability class {min(unknown)} is unknown; the message is damaged")
