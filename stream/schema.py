"""The published description of what ZeroMQ and WebSocket streams send: JSON Schema and AsyncAPI.

`python -m stream.schema docs/schemas` writes them; a test compares the files there with this.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from stream.config import WebSocketStream, ZmqStream
from stream.feed.packets import VERSION, EventPacket, FramePacket

SCHEMA_FILE, ASYNCAPI_FILE = "stream.schema.json", "stream.asyncapi.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """JSON Schema of one message, which is a frame or an event."""
    (union,), definitions = msgspec.json.schema_components([FramePacket | EventPacket], ref_template="#/$defs/{name}")
    return {"$schema": DIALECT, "title": f"valgus stream, version {VERSION}", **union, "$defs": definitions}


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0 document: where to connect and what comes."""
    (_,), definitions = msgspec.json.schema_components(
        [FramePacket | EventPacket], ref_template="#/components/schemas/{name}"
    )
    websocket, zmq = WebSocketStream(), ZmqStream()
    messages = {
        "frame": {"payload": {"$ref": "#/components/schemas/FramePacket"}},
        "event": {"payload": {"$ref": "#/components/schemas/EventPacket"}},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "valgus stream", "version": str(VERSION)},
        "defaultContentType": "application/json",
        "servers": {
            "websocket": {"host": f"{websocket.host}:{websocket.port}", "protocol": "ws"},
            "zeromq": {"host": zmq.address.removeprefix("tcp://"), "protocol": "zeromq"},
        },
        "channels": {"live": {"address": "/", "messages": messages}},
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/live"}}},
        "components": {"schemas": definitions},
    }


def write_schemas(folder: Path) -> None:
    """Write both documents."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in ((SCHEMA_FILE, json_schema()), (ASYNCAPI_FILE, asyncapi())):
        (folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
