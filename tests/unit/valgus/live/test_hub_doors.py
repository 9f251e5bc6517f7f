"""A hub with keys admits nodes that have one; what it admits reaches the attendant and the watchers."""

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from capture.guard import Guard
from capture.keypoint_sets import keypoint_set
from capture.keys import HubKeys, NodeKeys, read_key_pair, read_public_key, write_new_keys
from capture.messages import KeypointsMessage, TagsMessage
from capture.transport import Outbox, Subscription
from capture.types import FrameSet, Keypoints2D
from capture.wire import encode
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import Instant
from reconstruct.types import JointAngles, Points3D
from stream.feed.live_event import LiveEvent, decode_live_event
from tests.rigs import ring
from valgus.live.admission import Admission
from valgus.live.estimates import Estimate
from valgus.live.hub import Hub, HubBinding, Pace

PATIENCE_S = 10.0


class Attendant:
    def __init__(self) -> None:
        self.kept: list[KeypointsMessage | TagsMessage] = []
        self.came = threading.Event()

    def keep(self, message: KeypointsMessage | TagsMessage) -> None:
        self.kept.append(message)
        self.came.set()

    def events(self) -> Iterable[LiveEvent]:
        return (LiveEvent(1, "mark", "here"),)


class Blind:
    """Sees nothing in any view."""

    def collect(self, view: Keypoints2D) -> None:
        pass

    def work_ahead(self) -> bool:
        return False

    def update(self, views: FrameSet) -> tuple[Estimate]:
        points, angles = keypoint_set("coco_17"), np.full(len(ANGLE_NAMES), np.nan)
        nowhere = np.full((len(points), 3), np.nan), np.full((len(points), 3, 3), np.nan)
        unseen = np.zeros(len(points), np.int8), np.full(len(points), np.nan)
        unknown = JointAngles(views.time_ns, angles, angles, np.zeros(len(ANGLE_NAMES), np.int8))
        return (Estimate(Instant(Points3D(views.time_ns, points, *nowhere, *unseen), unknown, None)),)


def view(camera: str) -> bytes:
    uv, confidence = np.ones((1, 17, 2), np.float32), np.ones((1, 17), np.float32)
    return encode(KeypointsMessage("n", 0, Keypoints2D(camera, 0, 1, 0, "coco_17", (1280, 720), uv, confidence)))


def keys(folder: Path) -> tuple[HubKeys, NodeKeys]:
    for name in ("hub", "left"):
        write_new_keys(folder, name)
    node_public = read_public_key(folder / "left.pub")
    return (
        HubKeys(read_key_pair(folder / "hub.key"), {"left": node_public}),
        NodeKeys(read_key_pair(folder / "left.key"), read_public_key(folder / "hub.pub")),
    )


def test_only_a_node_with_a_key_is_heard(tmp_path: Path) -> None:
    hub_keys, node_keys = keys(tmp_path)
    attendant, told, stop = Attendant(), list[str](), threading.Event()
    admission = Admission(ring(2), keypoint_set("coco_17"))
    with (
        Guard(hub_keys) as guard,
        Hub(HubBinding(guard=guard), admission, Pace.LIVE, told.append, attendant) as hub,
        Subscription(hub.results) as watcher,
        Outbox(hub.addresses.messages, node_keys) as known,
        Outbox(hub.addresses.messages) as stranger,
    ):
        runner = threading.Thread(target=hub.run, args=(Blind(), stop))
        runner.start()
        event = watcher.receive(PATIENCE_S)
        assert known.has_reader(PATIENCE_S)
        assert not stranger.has_reader(0.5)
        known.send(b"no message")
        known.send(view("cam09"))
        known.send(view("cam01"))
        assert attendant.came.wait(PATIENCE_S)
        stop.set()
        runner.join(PATIENCE_S)
    assert event is not None
    assert decode_live_event(event).text == "here"
    kept = [message.keypoints.camera for message in attendant.kept if isinstance(message, KeypointsMessage)]
    assert kept == ["cam01"]
    assert len(attendant.kept) == 1
    assert any(line.startswith("refused 1 message(s), the last one: ") for line in told)
    assert any("'cam09' of node 'n' is not in the rig" in line for line in told)
