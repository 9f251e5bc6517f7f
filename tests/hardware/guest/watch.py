"""In the virtual machine: who listens to a node whose cameras are disturbed, and what is remembered.

The machine is emulated and shares its processor, so everything waits for counts and not for seconds.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from capture.cameras.base import Camera
from capture.intake import Intake
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.messages import CameraStatus, Heartbeat, KeypointsMessage
from capture.node import HEARTBEAT_S
from capture.types import Frame, Keypoints2D

PATIENCE_S = 100.0
_STARVED = "no frame for"


class Nobody:
    """Looks at no picture and sees nobody."""

    keypoint_set: KeypointSet = keypoint_set("coco_17")

    def detect(self, frame: Frame) -> Keypoints2D:
        empty = np.zeros((0, 17, 2), np.float32)
        return Keypoints2D(
            frame.camera, frame.index, frame.time_ns, frame.time_sd_ns, "coco_17", frame.size, empty, empty[..., 0]
        )


class Witness:
    """A camera of which every frame's number, time and sd of the time (ns) is remembered."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.frames: list[tuple[int, int, int]] = []

    @property
    def name(self) -> str:
        return self._camera.name

    def read(self) -> Frame | None:
        frame = self._camera.read()
        if frame is not None:
            self.frames.append((frame.index, frame.time_ns, frame.time_sd_ns))
        return frame

    def close(self) -> None:
        self._camera.close()


Witnesses = dict[str, list[Witness]]
"""Of every camera, one for each time that it was opened."""


class Watch:
    """Everything that the hub heard, with the time of arrival in seconds."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.heard: list[tuple[float, KeypointsMessage]] = []
        self.beats: list[tuple[float, Heartbeat]] = []

    def listen(self) -> None:
        """Listen for a moment."""
        message = self._intake.receive(0.02)
        if isinstance(message, KeypointsMessage):
            self.heard.append((time.monotonic(), message))
        elif isinstance(message, Heartbeat):
            self.beats.append((time.monotonic(), message))

    def listen_until(self, enough: Callable[[], bool]) -> None:
        """Listen until something has come to pass; waits no longer than `PATIENCE_S`, which is for others to judge."""
        end_s = time.monotonic() + PATIENCE_S
        while not enough() and time.monotonic() < end_s:
            self.listen()

    def listen_for(self, frames: int, cameras: list[str]) -> None:
        """Listen until so many more messages have come from every camera."""
        before = len(self.heard)
        self.listen_until(lambda: all(len(list(self.of(name, before))) >= frames for name in cameras))

    def of(self, camera: str, since: int = 0) -> Iterator[tuple[float, Keypoints2D]]:
        return ((arrived_s, m.keypoints) for arrived_s, m in self.heard[since:] if m.keypoints.camera == camera)

    def lost_since(self, beats: int) -> set[str]:
        """Cameras that heartbeats have called lost since."""
        told = [camera for _, beat in self.beats[beats:] for camera in beat.cameras]
        return {camera.camera for camera in told if camera.state == "lost"}

    def struck_since(self, beats: int) -> list[str]:
        """Cameras lost since for another reason than that nobody let them deliver for a while."""
        told = [camera for _, beat in self.beats[beats:] for camera in beat.cameras if camera.state == "lost"]
        return sorted({camera.camera for camera in told if _STARVED not in camera.notice})

    def status(self, camera: str) -> CameraStatus:
        """Of the latest heartbeat."""
        return next(status for status in self.beats[-1][1].cameras if status.camera == camera)

    def starved_s(self, since_s: float) -> float:
        """For how long since then the node as a whole did not get to run, by the signs of life that it owes."""
        now_s = time.monotonic()
        return now_s - since_s - HEARTBEAT_S * sum(at_s > since_s for at_s, _ in self.beats)


def rising(numbers: list[int]) -> bool:
    return bool((np.diff(numbers) > 0).all())


def opening(opened: Callable[[], Camera], witnesses: list[Witness]) -> Callable[[], Camera]:
    """Opens a camera again, with a witness that joins the others."""
    return partial(_open_again, opened, witnesses)


def _open_again(opened: Callable[[], Camera], witnesses: list[Witness]) -> Camera:
    witnesses.append(Witness(opened()))
    return witnesses[-1]


def balance(watch: Watch, name: str, witnesses: list[Witness]) -> dict[str, int]:
    """What a camera's last heartbeat says, less what its frames and messages show; all of it should be 0."""
    told = watch.status(name)
    numbers = [[number for number, _, _ in witness.frames] for witness in witnesses]
    grabbed = sum(map(len, numbers))
    gaps = sum(after - before - 1 for each in numbers for before, after in pairwise(each))
    return {
        "frames": told.frames - grabbed,
        "missed": told.missed - gaps,
        "left out": grabbed - len(list(watch.of(name))) - told.dropped,
    }
