"""The `[[streams]]` and `[[commands]]` tables of a live configuration, told apart by `kind`; others are refused."""

from typing import Annotated, Literal

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
LOCAL = "127.0.0.1"


Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all tables share."""


class _Stream(_Table, frozen=True, kw_only=True):
    """A stream is about one subject: which of the session's, counted from 1."""

    subject: Annotated[int, msgspec.Meta(ge=1)] = 1


class LslStream(_Stream, frozen=True, tag="lsl"):
    """Lab Streaming Layer; `name` is the first word of the streams' names."""

    name: Name = "valgus"


class OscStream(_Stream, frozen=True, tag="osc"):
    """Open Sound Control to one receiver."""

    host: Name = LOCAL
    port: Port = 9000


class UdpStream(_Stream, frozen=True, tag="udp"):
    """CSV lines as datagrams to one receiver; `angles` chooses columns, none means all."""

    host: Name = LOCAL
    port: Port = 5760
    angles: tuple[str, ...] = ()


class TcpStream(_Stream, frozen=True, tag="tcp"):
    """CSV lines to everyone who connects to this address; neither encrypted nor asked for a token."""

    host: Name = LOCAL
    port: Port = 5761
    angles: tuple[str, ...] = ()


class WebSocketStream(_Stream, frozen=True, tag="websocket"):
    """JSON to everyone who connects; beyond loopback a token is required; `origins` are further pages allowed."""

    host: Name = LOCAL
    port: Port = 5762
    token: str | None = None
    origins: tuple[str, ...] = ()


class ZmqStream(_Stream, frozen=True, tag="zmq"):
    """One JSON or msgpack object per message to the ZeroMQ subscribers of this address."""

    address: Name = "tcp://127.0.0.1:5763"
    encoding: Literal["json", "msgpack"] = "json"


StreamConfig = LslStream | OscStream | UdpStream | TcpStream | WebSocketStream | ZmqStream


def destination(config: StreamConfig) -> tuple[str | int, ...]:
    """Kind of a stream and where it goes: what no two streams of different subjects may share."""
    kind = str(config.__struct_config__.tag)
    if isinstance(config, LslStream):
        return kind, config.name
    if isinstance(config, ZmqStream):
        return kind, config.address
    return kind, config.host, config.port


class OscCommands(_Table, frozen=True, tag="osc"):
    """Commands by OSC to this address; beyond loopback a token is required."""

    host: Name = LOCAL
    port: Port = 9001
    token: str | None = None


class LslCommands(_Table, frozen=True, tag="lsl"):
    """Commands by the markers of the LSL stream of this name; other computers must give the token."""

    stream: Name = "valgus commands"
    token: str | None = None


class ZmqCommands(_Table, frozen=True, tag="zmq"):
    """Commands by ZeroMQ requests to this address."""

    address: Name = "tcp://127.0.0.1:5764"


CommandsConfig = OscCommands | LslCommands | ZmqCommands
