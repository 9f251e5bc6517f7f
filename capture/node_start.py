"""From a node's configuration to a running node."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from capture.camera_tables import CameraTable, VideoCameraTable, open_camera
from capture.camera_worker import Station
from capture.cameras.base import Camera
from capture.cameras.paced import PacedCamera
from capture.cameras.punctual import PunctualCamera
from capture.detectors.catalogue import create_detector
from capture.hub_addresses import HubAddresses
from capture.keypoint_files.tags import read_tag_plates
from capture.keys import NodeKeys, read_key_pair, read_public_key
from capture.latency.file import CameraLatency, read_latencies
from capture.node import StopSign, run_live_node, run_lock_step_node
from capture.node_config import HubTable, NodeConfig
from capture.recording.recording_config import open_recording

if TYPE_CHECKING:
    from capture.detectors.tags import TagDetector

OpenCamera = Callable[[CameraTable], tuple[Camera, str]]


def run_node(config: NodeConfig, stop: StopSign | None = None) -> None:
    """Open the cameras of a configuration and run the node until they end or `stop` is set; raises CaptureError."""
    hub = HubAddresses(config.hub.messages, config.hub.clock, _keys(config.hub))
    stop = stop or threading.Event()
    if config.pace == "lock-step":
        run_lock_step_node(config.name, hub, _stations(config, open_camera), stop)
    else:
        run_live_node(config.name, hub, _recorded(config, _stations(config, partial(_live, time.monotonic_ns()))), stop)


def _keys(hub: HubTable) -> NodeKeys | None:
    if hub.own_key is None or hub.hub_key is None:
        return None
    return NodeKeys(read_key_pair(Path(hub.own_key)), read_public_key(Path(hub.hub_key)))


def _stations(config: NodeConfig, opened: OpenCamera) -> list[Station]:
    """Open every camera; those that were opened are closed again where one cannot be."""
    known = {} if config.latency is None else read_latencies(Path(config.latency))
    with ExitStack() as undo:
        stations = [_station(config, table, partial(_punctual, known, opened), undo) for table in config.cameras]
        undo.pop_all()
    return stations


def _station(config: NodeConfig, table: CameraTable, opened: OpenCamera, undo: ExitStack) -> Station:
    camera, notice = opened(table)
    undo.callback(camera.close)
    detector = create_detector(config.detector.name, config.detector.threads)
    reopen = None if isinstance(table, VideoCameraTable) else lambda: opened(table)[0]
    return Station(camera, detector, reopen=reopen, notice=notice, tag_detector=_tag_detector(config))


def _tag_detector(config: NodeConfig) -> "TagDetector | None":
    if config.tags is None:
        return None
    from capture.detectors.tags import TagDetector

    return TagDetector(read_tag_plates(Path(config.tags)).dictionary)


def _recorded(config: NodeConfig, stations: list[Station]) -> list[Station]:
    """Record live cameras where the configuration asks for it."""
    if config.recording is None:
        return stations
    beside = () if config.tags is None else (Path(config.tags),)
    keepers = open_recording(config.recording, [station.camera.name for station in stations], beside)
    return [replace(station, open_keeper=keepers[station.camera.name]) for station in stations]


def _live(start_ns: int, table: CameraTable) -> tuple[Camera, str]:
    """Open a camera; recordings are played at the pace at which they were made, from one common moment on."""
    camera, notice = open_camera(table)
    return (PacedCamera(camera, start_ns), notice) if isinstance(table, VideoCameraTable) else (camera, notice)


def _punctual(known: Mapping[str, CameraLatency], opened: OpenCamera, table: CameraTable) -> tuple[Camera, str]:
    camera, notice = opened(table)
    return (PunctualCamera(camera, known[table.name]), notice) if table.name in known else (camera, notice)
