"""LIVE.toml: what a session on running nodes needs to know."""

from pathlib import Path
from typing import TypeVar

import msgspec

from capture.config_file import read_config
from capture.errors import CaptureError
from stream.config import CommandsConfig, StreamConfig

_Table = TypeVar("_Table", bound=msgspec.Struct)


class HubTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[hub]`: where nodes send to and ask the time, and where results are published, on this computer alone.

    `own_key` (.key) and the folder `node_keys` (.pub of every node) are needed where nodes run on other computers.
    """

    messages: str = "tcp://127.0.0.1:5750"
    clock: str = "tcp://127.0.0.1:5751"
    results: str = "tcp://127.0.0.1:5752"
    own_key: str | None = None
    node_keys: str | None = None


class SubjectTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[subject]`: a folder with keypoints of the person standing still; `fps` where they carry no times.

    `tags` is the tags.toml of the plates that the person wears, there and in the session.
    """

    static: str
    fps: float | None = None
    tags: str | None = None


class RecordingTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[recording]`: folder in which every recording gets a folder of its own.

    `signals` is the name of an LSL stream of numbers (force plates, EMG) that is recorded beside the views.
    """

    folder: str
    signals: str | None = None


class LiveConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; paths are relative to it.

    `keypoint_set` is what the nodes' detectors emit.  With a `[subject]` the body is known from the start, without one
    it is learned while people move.  `triggered` says that one hardware trigger exposes all cameras.
    """

    rig: str
    keypoint_set: str = "blazepose_33"
    viewer: bool = False
    triggered: bool = False
    hub: HubTable = HubTable()
    subject: SubjectTable | None = None
    recording: RecordingTable | None = None
    streams: list[StreamConfig] = []
    commands: list[CommandsConfig] = []


def read_live_config(path: Path) -> LiveConfig:
    """Configuration of a file, its paths made absolute; CaptureError where it cannot be used."""
    config = read_config(path, LiveConfig)
    if (config.hub.own_key is None) != (config.hub.node_keys is None):
        raise CaptureError(f"{path}: hub: own_key and node_keys belong together; give both, or none on one computer")
    folder = path.parent
    return msgspec.structs.replace(
        config,
        rig=str(folder / config.rig),
        hub=_below(folder, config.hub, "own_key", "node_keys"),
        subject=config.subject and _below(folder, config.subject, "static", "tags"),
        recording=config.recording and _below(folder, config.recording, "folder"),
    )


def _below(folder: Path, table: _Table, *keys: str) -> _Table:
    given = {key: value for key in keys if (value := getattr(table, key)) is not None}
    return msgspec.structs.replace(table, **{key: str(folder / value) for key, value in given.items()})
