"""A camera node that looks for a calibration board instead of people, and sends its corners as keypoints."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from calibration.boards import Board
from calibration.detection.detector import BoardDetector
from capture.camera_tables import CameraTable, VideoCameraTable, open_camera
from capture.camera_worker import Station
from capture.cameras.base import Camera
from capture.cameras.paced import PacedCamera
from capture.cameras.punctual import PunctualCamera
from capture.hub_addresses import HubAddresses
from capture.keypoint_sets import KeypointSet, board_points
from capture.keys import NodeKeys, read_key_pair, read_public_key
from capture.latency.file import CameraLatency, read_latencies
from capture.node import StopSign, run_live_node
from capture.node_config import HubTable, NodeConfig
from capture.types import Frame, Keypoints2D


class BoardKeypoints:
    """Finds a board in the frames of one camera: one "person" whose keypoints are the board's corners."""

    def __init__(self, board: Board) -> None:
        self._find = BoardDetector(board)
        self._set = board_points(len(board.points))

    @property
    def keypoint_set(self) -> KeypointSet:
        """The board's corners by number."""
        return self._set

    def detect(self, frame: Frame) -> Keypoints2D:
        """Corners seen in a frame; nobody where there is no board."""
        found = self._find(np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
        uv = np.full((1 if found else 0, len(self._set), 2), np.nan, np.float32)
        confidence = np.zeros(uv.shape[:2], np.float32)
        uv[:, found.ids], confidence[:, found.ids] = found.uv, 1.0
        name, size = self._set.name, frame.size
        return Keypoints2D(frame.camera, frame.index, frame.time_ns, frame.time_sd_ns, name, size, uv, confidence)


@dataclass(frozen=True)
class _Opener:
    """Opens cameras as a live node does: recordings at their own pace, known lateness taken out."""

    start_ns: int
    latencies: dict[str, CameraLatency]

    def __call__(self, table: CameraTable) -> tuple[Camera, str]:
        camera, notice = open_camera(table)
        if isinstance(table, VideoCameraTable):
            camera = PacedCamera(camera, self.start_ns)
        late = self.latencies.get(table.name)
        return (camera if late is None else PunctualCamera(camera, late)), notice


def run_board_node(config: NodeConfig, board: Board, stop: StopSign) -> None:
    """Send what every camera of a node sees of a board, until the cameras end or `stop` is set; as `valgus node`.

    Raises
    ------
    CaptureError : a camera or an address cannot be used
    """
    latencies = {} if config.latency is None else dict(read_latencies(Path(config.latency)))
    opener = _Opener(time.monotonic_ns(), latencies)
    with ExitStack() as undo:
        stations = [_station(table, board, opener, undo) for table in config.cameras]
        undo.pop_all()
    hub = HubAddresses(config.hub.messages, config.hub.clock, _keys(config.hub))
    run_live_node(config.name, hub, stations, stop)


def _station(table: CameraTable, board: Board, opener: _Opener, undo: ExitStack) -> Station:
    camera, notice = opener(table)
    undo.callback(camera.close)
    reopen = None if isinstance(table, VideoCameraTable) else lambda: opener(table)[0]
    return Station(camera, BoardKeypoints(board), reopen=reopen, notice=notice)


def _keys(hub: HubTable) -> NodeKeys | None:
    if hub.own_key is None or hub.hub_key is None:
        return None
    return NodeKeys(read_key_pair(Path(hub.own_key)), read_public_key(Path(hub.hub_key)))
