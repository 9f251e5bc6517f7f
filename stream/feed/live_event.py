"""Events on their way from the hub to the streams: marks, starts and stops, metrics of a finished repetition.

One message part: b"VGEV", version (uint16 little endian), then a msgpack array in the order of `LiveEvent`.
"""

import struct
from typing import Annotated

import msgspec

from stream.errors import StreamError

MAGIC = b"VGEV"
VERSION = 1
_PREAMBLE = struct.Struct("<4sH")
_MAX_TIME_NS = (1 << 63) - 1

Time = Annotated[int, msgspec.Meta(ge=-_MAX_TIME_NS, le=_MAX_TIME_NS)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class LiveEvent(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Something that happened at `time_ns` (hub clock).

    Attributes
    ----------
    time_ns : hub clock
    label : what kind: `mark`, `start`, `stop`, `repetition`, `initial_contact`, ...
    text : what the user or the analysis says about it
    metrics : numbers by name, units in the names; NaN where unknown
    """

    time_ns: Time
    label: Word
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    metrics: dict[str, float] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(LiveEvent)


def encode_live_event(event: LiveEvent) -> bytes:
    """One message that holds the event."""
    return _PREAMBLE.pack(MAGIC, VERSION) + _encoder.encode(event)


def decode_live_event(message: bytes) -> LiveEvent:
    """Event of one message.

    Raises
    ------
    StreamError : for anything that `encode_live_event` of this version did not write
    """
    if len(message) < _PREAMBLE.size or message[:4] != MAGIC:
        raise StreamError(f"live event: a message starts with {message[:4]!r} and not {MAGIC!r}; give a hub's address")
    _, version = _PREAMBLE.unpack_from(message)
    if version != VERSION:
        raise StreamError(
            f"live event: the message has version {version}, this program reads {VERSION}; update the older of the two"
        )
    try:
        return _decoder.decode(message[_PREAMBLE.size :])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StreamError(f"live event: the message is damaged: {error}") from error
