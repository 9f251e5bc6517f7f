"""A live node whose cameras are made up: they see the exact corners of a board that somebody carries, with noise.

    board_node_script.py MESSAGES CLOCK SECONDS

For SECONDS the board is carried about, then it lies on the floor.
"""

import sys
import threading
import time

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from capture.camera_worker import Station
from capture.hub_addresses import HubAddresses
from capture.keypoint_sets import KeypointSet, board_points
from capture.node import run_live_node
from capture.types import Frame, Keypoints2D
from geometry import se3
from geometry.rig import Rig
from tests.support.virtual_boards import Noise, moving_boards, ring, seen

BOARD = Board("charuco", 8, 6, 0.12, 0.09, "DICT_5X5_100")
RIG: Rig = ring(3, radius_m=2.2)
FPS = 10.0
LYING = se3.compose(np.diag([1.0, -1.0, -1.0]), np.array([-0.4, 0.3, 0.0]))


class Ticks:
    """Frames without content, ten a second."""

    def __init__(self, name: str, start_ns: int) -> None:
        self.name, self._start_ns, self._next = name, start_ns, 0

    def read(self) -> Frame | None:
        due_ns = self._start_ns + round(self._next / FPS * 1e9)
        time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
        self._next += 1
        return Frame(self.name, self._next - 1, due_ns, 0, np.zeros((4, 4, 3), np.uint8))

    def close(self) -> None:
        pass


class Corners:
    """What one camera sees of the board when a frame is taken."""

    keypoint_set: KeypointSet = board_points(len(BOARD.points))

    def __init__(self, camera: int, poses: NDArray[np.float64]) -> None:
        self._camera, self._poses = camera, poses
        self._noise = Noise(0.1, np.random.default_rng(camera))

    def detect(self, frame: Frame) -> Keypoints2D:
        pose = self._poses[frame.index] if frame.index < len(self._poses) else LYING
        found = self._noise(seen(RIG, self._camera, BOARD, pose))
        uv = np.full((1, len(BOARD.points), 2), np.nan, np.float32)
        confidence = np.zeros((1, len(BOARD.points)), np.float32)
        uv[0, found.ids], confidence[0, found.ids] = found.uv, 1.0
        size = RIG.cameras[self._camera].size
        return Keypoints2D(frame.camera, frame.index, frame.time_ns, 0, self.keypoint_set.name, size, uv, confidence)


def main() -> None:
    messages, clock, seconds = sys.argv[1:4]
    poses = moving_boards(np.arange(0.0, float(seconds), 1.0 / FPS), BOARD, speed=2.0)
    start_ns = time.monotonic_ns() + 500_000_000
    stations = [Station(Ticks(name, start_ns), Corners(c, poses)) for c, name in enumerate(RIG.names)]
    run_live_node("desk", HubAddresses(messages, clock), stations, threading.Event())


if __name__ == "__main__":
    main()
