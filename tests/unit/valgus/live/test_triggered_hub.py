"""A hub whose cameras share a trigger: sets by frame number, and the times of the pulses in what is recorded."""

import threading
import time
from collections.abc import Iterable

import numpy as np

from capture.keypoint_sets import keypoint_set
from capture.messages import KeypointsMessage, TagsMessage
from capture.transport import Outbox
from capture.types import FrameSet, Keypoints2D
from capture.wire import encode
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import Instant
from reconstruct.types import JointAngles, Points3D
from stream.feed.live_event import LiveEvent
from tests.rigs import ring
from valgus.live.admission import Admission
from valgus.live.estimates import Estimate
from valgus.live.hub import Hub, HubBinding, Pace

PATIENCE_S = 10.0
INTERVAL_NS, PULSES, STALLED = 10_000_000, 40, range(20, 25)
KEYPOINTS = keypoint_set("coco_17")


class Counting:
    """Looks at no picture; remembers what it was given, and what was kept."""

    def __init__(self) -> None:
        self.sets: list[FrameSet] = []
        self.kept: list[KeypointsMessage] = []
        self.asked, self.enough = threading.Event(), threading.Event()

    def collect(self, view: Keypoints2D) -> None:
        pass

    def work_ahead(self) -> bool:
        return False

    def update(self, views: FrameSet) -> tuple[Estimate]:
        self.sets.append(views)
        angles = np.full(len(ANGLE_NAMES), np.nan)
        nowhere = np.full((17, 3), np.nan), np.full((17, 3, 3), np.nan), np.zeros(17, np.int8), np.full(17, np.nan)
        unknown = JointAngles(views.time_ns, angles, angles, np.zeros(len(ANGLE_NAMES), np.int8))
        return (Estimate(Instant(Points3D(views.time_ns, KEYPOINTS, *nowhere), unknown, None)),)

    def keep(self, message: KeypointsMessage | TagsMessage) -> None:
        assert isinstance(message, KeypointsMessage)
        self.kept.append(message)
        if len(self.kept) == 2 * PULSES:
            self.enough.set()

    def events(self) -> Iterable[LiveEvent]:
        self.asked.set()
        return ()


def message(camera: str, number: int, time_ns: int) -> bytes:
    uv, confidence = np.ones((1, 17, 2), np.float32), np.ones((1, 17), np.float32)
    seen = Keypoints2D(camera, number, time_ns, 0, KEYPOINTS.name, (1280, 720), uv, confidence)
    return encode(KeypointsMessage("n", number, seen))


def test_views_of_one_pulse_are_one_set_though_one_camera_stamps_late() -> None:
    counting, stop = Counting(), threading.Event()
    admission = Admission(ring(2), KEYPOINTS)
    with (
        Hub(HubBinding(), admission, Pace.TRIGGERED, print, counting) as hub,
        Outbox(hub.addresses.messages) as outbox,
    ):
        runner = threading.Thread(target=hub.run, args=(counting, stop))
        runner.start()
        assert counting.asked.wait(PATIENCE_S)
        assert outbox.has_reader(PATIENCE_S)
        start_ns = time.monotonic_ns()
        for pulse in range(PULSES):
            pulse_ns = start_ns + pulse * INTERVAL_NS
            time.sleep(max(0.0, 1e-9 * (pulse_ns - time.monotonic_ns())))
            late_ns = 6_000_000 if pulse in STALLED else 1_000_000
            outbox.send(message("cam01", 500 + pulse, pulse_ns))
            outbox.send(message("cam02", pulse, pulse_ns + late_ns))
        assert counting.enough.wait(PATIENCE_S)
        stop.set()
        runner.join(PATIENCE_S)
    numbers = [[view.frame_index for view in frames.views if view is not None] for frames in counting.sets]
    assert numbers[-PULSES + 3 :] == [[500 + pulse, pulse] for pulse in range(3, PULSES)]
    for kept in counting.kept[6:]:
        assert (kept.keypoints.time_ns - start_ns) % INTERVAL_NS == 0
