"""NODE.toml: which cameras a node has, how it looks at them, and where its hub is."""

import threading
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from capture.camera_worker import Station
from capture.cameras.base import Camera
from capture.cameras.paced import PacedCamera
from capture.cameras.punctual import PunctualCamera
from capture.cameras.video_file import VideoFile
from capture.config_file import read_config
from capture.detectors.catalogue import DEFAULT_DETECTOR, create_detector
from capture.errors import CaptureError
from capture.hub_addresses import HubAddresses
from capture.keys import NodeKeys, read_key_pair, read_public_key
from capture.latency.file import read_latencies
from capture.messages import Name
from capture.node import StopSign, run_live_node, run_lock_step_node
from capture.recording.recording_config import RecordingTable, open_recording


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


class VideoCameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="video"):
    """`[[cameras]]` with kind = "video": a file, relative to the configuration."""

    name: Name
    path: str


class NodeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file.

    `pace` is `live`, or `lock-step` for recordings of which no frame may be left out.  `latency` is the file that
    `valgus cameras latency` wrote, where there is one.  Live cameras are recorded where `recording` says so.
    """

    name: Name
    cameras: Annotated[list[VideoCameraTable], msgspec.Meta(min_length=1)]
    pace: Literal["live", "lock-step"] = "live"
    latency: str | None = None
    recording: RecordingTable | None = None
    hub: HubTable = HubTable()
    detector: DetectorTable = DetectorTable()


def read_node_config(path: Path) -> NodeConfig:
    """Configuration of a file, its video paths made absolute; CaptureError where it cannot be used."""
    config = read_config(path, NodeConfig)
    names = [camera.name for camera in config.cameras]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise CaptureError(f"{path}: cameras: two are called '{twice}'; every camera needs a name of its own")
    if (config.hub.own_key is None) != (config.hub.hub_key is None):
        raise CaptureError(f"{path}: hub: own_key and hub_key belong together; give both, or none on one computer")
    if config.recording is not None and config.pace != "live":
        raise CaptureError(f"{path}: recording: is for live cameras; leave it out, or set pace = 'live'")
    return _with_absolute_paths(config, path.parent)


def _with_absolute_paths(config: NodeConfig, folder: Path) -> NodeConfig:
    cameras = [msgspec.structs.replace(camera, path=str(folder / camera.path)) for camera in config.cameras]
    keys = {
        name: str(folder / value)
        for name, value in (("own_key", config.hub.own_key), ("hub_key", config.hub.hub_key))
        if value is not None
    }
    latency = None if config.latency is None else str(folder / config.latency)
    hub = msgspec.structs.replace(config.hub, **keys)
    recording = config.recording
    if recording is not None:
        recording = msgspec.structs.replace(recording, folder=str(folder / recording.folder))
    return msgspec.structs.replace(config, cameras=cameras, hub=hub, latency=latency, recording=recording)


def run_node(config: NodeConfig, stop: StopSign | None = None) -> None:
    """Open the cameras of a configuration and run the node until they end or `stop` is set."""
    hub = HubAddresses(config.hub.messages, config.hub.clock, _keys(config.hub))
    stop = stop or threading.Event()
    if config.pace == "lock-step":
        run_lock_step_node(config.name, hub, _stations(config, _recorded(config)), stop)
    else:
        run_live_node(config.name, hub, _stations(config, _as_if_live(config)), stop)


def _keys(hub: HubTable) -> NodeKeys | None:
    if hub.own_key is None or hub.hub_key is None:
        return None
    return NodeKeys(read_key_pair(Path(hub.own_key)), read_public_key(Path(hub.hub_key)))


def _stations(config: NodeConfig, cameras: list[Camera]) -> list[Station]:
    known = {} if config.latency is None else read_latencies(Path(config.latency))
    punctual = [PunctualCamera(camera, known[camera.name]) if camera.name in known else camera for camera in cameras]
    detector = partial(create_detector, config.detector.name, config.detector.threads)
    if config.recording is None:
        return [Station(camera, detector()) for camera in punctual]
    keepers = open_recording(config.recording, [camera.name for camera in cameras])
    return [Station(camera, detector(), keepers[camera.name]) for camera in punctual]


def _recorded(config: NodeConfig) -> list[Camera]:
    return [VideoFile(Path(table.path), table.name) for table in config.cameras]


def _as_if_live(config: NodeConfig) -> list[Camera]:
    start_ns = time.monotonic_ns()
    return [PacedCamera(camera, start_ns) for camera in _recorded(config)]
