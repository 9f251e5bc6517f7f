"""NODE.toml: which cameras a node has, how it looks at them, and where its hub is."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from capture.camera_tables import CameraTable, UsbCameraTable, VideoCameraTable, with_absolute_path
from capture.config_file import read_config
from capture.detectors.catalogue import DEFAULT_DETECTOR
from capture.errors import CaptureError
from capture.messages import Name
from capture.recording.recording_config import RecordingTable


class HubTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[hub]`: its addresses; `own_key` (.key) and `hub_key` (.pub) are needed where it is another computer."""

    messages: str = "tcp://127.0.0.1:5750"
    clock: str = "tcp://127.0.0.1:5751"
    own_key: str | None = None
    hub_key: str | None = None


class DetectorTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[detector]`: one for every camera; `threads` are CPU threads per camera."""

    name: str = DEFAULT_DETECTOR
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1


class NodeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file.

    `pace` is `live`, or `lock-step` for recordings of which no frame may be left out.  `latency` is the file that
    `valgus cameras latency` wrote, where there is one.  `tags` is a tags.toml: the plates that it describes are looked
    for in every frame.  Live cameras are recorded where `recording` says so.
    """

    name: Name
    cameras: Annotated[list[CameraTable], msgspec.Meta(min_length=1)]
    pace: Literal["live", "lock-step"] = "live"
    latency: str | None = None
    tags: str | None = None
    recording: RecordingTable | None = None
    hub: HubTable = HubTable()
    detector: DetectorTable = DetectorTable()


def read_node_config(path: Path) -> NodeConfig:
    """Configuration of a file, its video paths made absolute; CaptureError where it cannot be used."""
    config = read_config(path, NodeConfig)
    _check_cameras(path, config.cameras)
    if (config.hub.own_key is None) != (config.hub.hub_key is None):
        raise CaptureError(f"{path}: hub: own_key and hub_key belong together; give both, or none on one computer")
    if config.pace == "lock-step":
        _check_lock_step(path, config)
    return _with_absolute_paths(config, path.parent)


def _check_cameras(path: Path, cameras: list[CameraTable]) -> None:
    """Refuse two of one name, and two names for one device."""
    names: set[str] = set()
    devices: dict[str, str] = {}
    for table in cameras:
        if table.name in names:
            raise CaptureError(f"{path}: cameras: two are called '{table.name}'; every camera needs a name of its own")
        names.add(table.name)
        if isinstance(table, UsbCameraTable):
            first = devices.setdefault(table.device, table.name)
            if first != table.name:
                raise CaptureError(
                    f"{path}: cameras: '{first}' and '{table.name}' are both device '{table.device}'; correct one"
                )


def _check_lock_step(path: Path, config: NodeConfig) -> None:
    if config.recording is not None:
        raise CaptureError(f"{path}: recording: is for live cameras; leave it out, or set pace = 'live'")
    if live := [table.name for table in config.cameras if not isinstance(table, VideoCameraTable)]:
        raise CaptureError(f"{path}: cameras: '{live[0]}' is live, and lock-step is for recordings; set pace = 'live'")


def _with_absolute_paths(config: NodeConfig, folder: Path) -> NodeConfig:
    cameras = [with_absolute_path(table, folder) for table in config.cameras]
    keys = {
        name: str(folder / value)
        for name, value in (("own_key", config.hub.own_key), ("hub_key", config.hub.hub_key))
        if value is not None
    }
    latency = None if config.latency is None else str(folder / config.latency)
    tags = None if config.tags is None else str(folder / config.tags)
    hub = msgspec.structs.replace(config.hub, **keys)
    recording = config.recording
    if recording is not None:
        recording = msgspec.structs.replace(recording, folder=str(folder / recording.folder))
    return msgspec.structs.replace(config, cameras=cameras, hub=hub, latency=latency, tags=tags, recording=recording)
