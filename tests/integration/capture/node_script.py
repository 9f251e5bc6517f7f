"""A live node with one camera that was made up.

    node_script.py NAME MESSAGES CLOCK START_NS FPS FRAMES AHEAD_NS DRIFT_PPM [KEYS]

KEYS is a folder with NAME.key and hub.pub, for a hub that asks for them.
The computer that it plays has a clock of its own: ahead of this machine's and drifting.  Frame i is exposed at
START_NS + i / FPS of this machine's clock; its keypoints lie at u = i.
"""

import sys
import threading
import time
from pathlib import Path

import numpy as np

from capture.camera_worker import Station
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.keys import NodeKeys, read_key_pair, read_public_key
from capture.node import HubAddresses, run_live_node
from capture.types import Frame, Keypoints2D


class OwnClock:
    def __init__(self, ahead_ns: int, drift_ppm: float) -> None:
        self._start_ns, self._ahead_ns, self._drift = time.monotonic_ns(), ahead_ns, drift_ppm * 1e-6

    def at(self, time_ns: int) -> int:
        return time_ns + self._ahead_ns + round(self._drift * (time_ns - self._start_ns))

    def __call__(self) -> int:
        return self.at(time.monotonic_ns())


class Metronome:
    def __init__(self, name: str, start_ns: int, fps: float, frames: int, clock: OwnClock) -> None:
        self.name = name
        self._start_ns, self._fps, self._frames, self._clock = start_ns, fps, frames, clock
        self._next = 0

    def read(self) -> Frame | None:
        if self._next == self._frames:
            return None
        index = self._next
        self._next += 1
        exposed_ns = self._start_ns + round(index / self._fps * 1e9)
        time.sleep(max(0, exposed_ns - time.monotonic_ns()) / 1e9)
        return Frame(self.name, index, self._clock.at(exposed_ns), 0, np.zeros((4, 4, 3), np.uint8))

    def close(self) -> None:
        pass


class Counter:
    keypoint_set: KeypointSet = keypoint_set("coco_17")

    def detect(self, frame: Frame) -> Keypoints2D:
        uv = np.full((1, 17, 2), frame.index, np.float32)
        size = (640, 480)
        return Keypoints2D(
            frame.camera, frame.index, frame.time_ns, 0, "coco_17", size, uv, np.ones((1, 17), np.float32)
        )


def main() -> None:
    name, messages, clock_address = sys.argv[1:4]
    start_ns, frames, ahead_ns = int(sys.argv[4]), int(sys.argv[6]), int(sys.argv[7])
    clock = OwnClock(ahead_ns, float(sys.argv[8]))
    camera = Metronome(f"cam-{name}", start_ns, float(sys.argv[5]), frames, clock)
    keys = None
    if len(sys.argv) > 9:
        folder = Path(sys.argv[9])
        keys = NodeKeys(read_key_pair(folder / f"{name}.key"), read_public_key(folder / "hub.pub"))
    hub = HubAddresses(messages, clock_address, keys)
    run_live_node(name, hub, [Station(camera, Counter())], threading.Event(), clock)


if __name__ == "__main__":
    main()
