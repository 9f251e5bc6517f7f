"""Which streams to open: the `[[streams]]` tables of a live configuration, one per stream, told apart by `kind`."""

from typing import Annotated, Literal

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Host = Annotated[str, msgspec.Meta(min_length=1)]
LOCAL = "127.0.0.1"


class _Stream(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all streams share: TOML tables with a `kind`, unknown keys refused."""


class LslStream(_Stream, frozen=True, tag="lsl"):
    """Lab Streaming Layer; `name` is the first word of the streams' names."""

    name: Annotated[str, msgspec.Meta(min_length=1)] = "valgus"


class OscStream(_Stream, frozen=True, tag="osc"):
    """Open Sound Control to one receiver."""

    host: Host = LOCAL
    port: Port = 9000


class UdpStream(_Stream, frozen=True, tag="udp"):
    """CSV lines as datagrams to one receiver."""

    host: Host = LOCAL
    port: Port = 5760


class TcpStream(_Stream, frozen=True, tag="tcp"):
    """CSV lines to everyone who connects to this address; neither encrypted nor asked for a token."""

    host: Host = LOCAL
    port: Port = 5761


class WebSocketStream(_Stream, frozen=True, tag="websocket"):
    """JSON to everyone who connects; beyond loopback a token is required; `origins` are further pages allowed."""

    host: Host = LOCAL
    port: Port = 5762
    token: str | None = None
    origins: tuple[str, ...] = ()


class ZmqStream(_Stream, frozen=True, tag="zmq"):
    """One JSON or msgpack object per message to the ZeroMQ subscribers of this address."""

    address: Annotated[str, msgspec.Meta(min_length=1)] = "tcp://127.0.0.1:5763"
    encoding: Literal["json", "msgpack"] = "json"


StreamConfig = LslStream | OscStream | UdpStream | TcpStream | WebSocketStream | ZmqStream
