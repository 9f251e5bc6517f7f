"""Processor time of a node that only records: 720p at 60 frames a second, JPEGs as the camera made them.

    python benchmarks/capture/node_overhead.py [--seconds 15]

The camera is made up: it copies one JPEG after the other out of memory, as a driver's buffer is copied.  Processor time
is that of the whole process: grabbing, publishing, recording, clock and heartbeats.
"""

import argparse
import multiprocessing
import resource
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np

from capture.camera_worker import Station
from capture.clock_service import ClockService
from capture.detectors.nobody import Nobody
from capture.hub_addresses import HubAddresses
from capture.intake import Intake
from capture.node import run_live_node
from capture.pictures import read_jpeg
from capture.recording.recording_config import RecordingTable, open_recording
from capture.types import Frame

FPS, SIZE = 60.0, (1280, 720)


class MemoryCamera:
    """Delivers JPEGs of noise-free scenes from memory at a steady pace."""

    name = "camera"

    def __init__(self, seconds: float) -> None:
        u, v = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
        scenes = [np.stack([(u + 9 * i) % 256, v % 256, (u * v // 500) % 256], axis=-1) for i in range(8)]
        self._jpegs = [cv2.imencode(".jpg", scene.astype(np.uint8))[1].tobytes() for scene in scenes]
        self._frames, self._next, self._start_s = round(seconds * FPS), 0, time.monotonic()

    @property
    def kilobytes(self) -> float:
        """Size of a picture."""
        return len(self._jpegs[0]) / 1e3

    def read(self) -> Frame | None:
        """Next frame when its time has come."""
        if self._next == self._frames:
            return None
        time.sleep(max(0.0, self._start_s + self._next / FPS - time.monotonic()))
        data = bytes(bytearray(self._jpegs[self._next % len(self._jpegs)]))
        picture = read_jpeg(data)
        assert picture is not None
        self._next += 1
        return Frame(self.name, self._next - 1, time.monotonic_ns(), 0, picture)

    def close(self) -> None:
        """Nothing is held."""


def measure(seconds: float, hub: HubAddresses) -> tuple[float, float]:
    """Share of a core that a node takes, and kilobytes per picture; the hub must be in another process."""
    camera = MemoryCamera(seconds)
    with tempfile.TemporaryDirectory() as folder:
        keepers = open_recording(RecordingTable(folder, "mjpeg", warn_below_gb=0, stop_below_gb=0), [camera.name])
        station = Station(camera, Nobody(), keepers[camera.name])
        before, begin_s = _cpu_s(), time.monotonic()
        run_live_node("node", hub, [station], threading.Event())
        share = (_cpu_s() - before) / (time.monotonic() - begin_s)
        recorded = sum(path.stat().st_size for path in Path(folder).rglob("*.mkv"))
    assert recorded > 0.9e3 * camera.kilobytes * seconds * FPS
    return share, camera.kilobytes


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Start a hub end as a process and measure a node in this one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    here, there = multiprocessing.Pipe()
    hub = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    hub.start()
    share, kilobytes = measure(seconds, HubAddresses(*here.recv()))
    print(f"{SIZE[0]}x{SIZE[1]} at {FPS:g} frames/s, {kilobytes:.0f} kB each: {100 * share:.1f} % of a core")


def _serve(parent: Connection) -> None:
    intake = Intake("tcp://127.0.0.1:0")
    with ClockService("tcp://127.0.0.1:0") as clock:
        parent.send((intake.address, clock.address))
        while True:
            intake.receive(0.1)


if __name__ == "__main__":
    main()
