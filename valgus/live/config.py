"""LIVE.toml: what a session on running nodes needs to know."""

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from capture.config_file import read_config
from capture.errors import CaptureError
from stream.config import CommandsConfig, StreamConfig, destination

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

    `tags` is the tags.toml of the plates that the person wears, there and in the session.  With several subjects every
    `[[subject]]` is one of them, in turn.
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

    `keypoint_set` is what the nodes' detectors emit.  So many `subjects` are followed at once.  With a `[subject]` the
    body is known from the start, without one it is learned while people move.  `triggered` says that one hardware
    trigger exposes all cameras.
    """

    rig: str
    keypoint_set: str = "blazepose_33"
    viewer: bool = False
    triggered: bool = False
    subjects: Annotated[int, msgspec.Meta(ge=1, le=8)] = 1
    hub: HubTable = HubTable()
    subject: SubjectTable | list[SubjectTable] | None = None
    recording: RecordingTable | None = None
    streams: list[StreamConfig] = []
    commands: list[CommandsConfig] = []

    @property
    def people(self) -> tuple[SubjectTable | None, ...]:
        """What is known beforehand of every subject, None of whom nothing is."""
        known = _listed(self.subject)
        return (*known, *[None] * (self.subjects - len(known)))


def read_live_config(path: Path) -> LiveConfig:
    """Configuration of a file, its paths made absolute; CaptureError where it cannot be used."""
    config = read_config(path, LiveConfig)
    if (config.hub.own_key is None) != (config.hub.node_keys is None):
        raise CaptureError(f"{path}: hub: own_key and node_keys belong together; give both, or none on one computer")
    _check_subjects(path, config)
    _check_streams(path, config)
    folder = path.parent
    return msgspec.structs.replace(
        config,
        rig=str(folder / config.rig),
        hub=_below(folder, config.hub, "own_key", "node_keys"),
        subject=[_below(folder, table, "static", "tags") for table in _listed(config.subject)],
        recording=config.recording and _below(folder, config.recording, "folder"),
    )


def _check_subjects(path: Path, config: LiveConfig) -> None:
    known = _listed(config.subject)
    if len(known) > config.subjects:
        raise CaptureError(
            f"{path}: {len(known)} [[subject]] tables where `subjects` is {config.subjects}; "
            "raise it, or take tables away"
        )
    if (tagged := sum(table.tags is not None for table in known)) > 1:
        raise CaptureError(f"{path}: subject: {tagged} tables name `tags`; plates can be worn by one of the subjects")


def _check_streams(path: Path, config: LiveConfig) -> None:
    taken: dict[tuple[str | int, ...], int] = {}
    for stream in config.streams:
        if stream.subject > config.subjects:
            raise CaptureError(
                f"{path}: streams: subject {stream.subject} is not followed; choose one of 1 to {config.subjects}, "
                "or raise `subjects`"
            )
        place = destination(stream)
        if (other := taken.setdefault(place, stream.subject)) != stream.subject:
            raise CaptureError(
                f"{path}: streams: subjects {other} and {stream.subject} both go to {' '.join(map(str, place))}; "
                "give each a name, port or address of its own"
            )


def _listed(subject: SubjectTable | list[SubjectTable] | None) -> list[SubjectTable]:
    if subject is None:
        return []
    return subject if isinstance(subject, list) else [subject]


def _below(folder: Path, table: _Table, *keys: str) -> _Table:
    given = {key: value for key in keys if (value := getattr(table, key)) is not None}
    return msgspec.structs.replace(table, **{key: str(folder / value) for key, value in given.items()})
