"""GUIDE.toml: which cameras are calibrated live, and how much is enough."""

from pathlib import Path
from typing import Annotated

import msgspec

from capture.config_file import read_config
from capture.errors import CaptureError
from capture.messages import Name
from valgus.live.config import HubTable

Some = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(gt=0.0, le=86_400.0)]


class EnoughTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[enough]`: when a person may stop moving the board.

    `views` are frames with a board per camera, `coverage` the share of each camera's picture that it visited, `shared`
    the instants that link a camera to the others; all are counted at most five times a second.
    """

    views: Some = 40
    coverage: Share = 0.5
    shared: Some = 25


class GuideConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; key files are relative to it.

    `floor` asks for the board to be laid on the floor at the end; `longest_s` ends the session in any case.
    """

    cameras: Annotated[list[Name], msgspec.Meta(min_length=2)]
    floor: bool = True
    longest_s: Seconds = 900.0
    hub: HubTable = HubTable()
    enough: EnoughTable = EnoughTable()


def read_guide_config(path: Path) -> GuideConfig:
    """Configuration of a file; CaptureError where it cannot be used."""
    config = read_config(path, GuideConfig)
    if twice := next((name for name in config.cameras if config.cameras.count(name) > 1), None):
        raise CaptureError(f"{path}: cameras: two are called '{twice}'; every camera needs a name of its own")
    if (config.hub.own_key is None) != (config.hub.node_keys is None):
        raise CaptureError(f"{path}: hub: own_key and node_keys belong together; give both, or none on one computer")
    keys = {key: str(path.parent / value) for key in ("own_key", "node_keys") if (value := getattr(config.hub, key))}
    return msgspec.structs.replace(config, hub=msgspec.structs.replace(config.hub, **keys))
