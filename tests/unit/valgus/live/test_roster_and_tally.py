"""Silent nodes are noticed in time, once; missing frames are counted, restarts are not mistaken for losses."""

import numpy as np

from capture.messages import CameraState, CameraStatus, Heartbeat, KeypointsMessage, Message, StreamEnd
from capture.types import Keypoints2D
from valgus.live.roster import SILENCE_NS, Roster
from valgus.live.tally import Tally

S = 1_000_000_000


def keypoints(camera: str = "cam01", frame: int = 0, sequence: int = 0, node: str = "left") -> KeypointsMessage:
    nobody = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)
    return KeypointsMessage(node, sequence, Keypoints2D(camera, frame, 0, 0, "coco_17", (640, 480), *nobody))


def heartbeat(state: CameraState = "running", node: str = "left") -> Heartbeat:
    return Heartbeat(node, 0, None, [CameraStatus("cam01", state, 60.0, 60.0, 5.0, 0, 1, 0)])


def told(roster: Roster, message: Message, now_ns: int) -> list[str]:
    return list(roster.heard(message, now_ns))


def test_a_silent_node_is_reported_within_a_second_and_once() -> None:
    roster = Roster(["cam01", "cam02"])
    assert told(roster, keypoints(), 0) == []
    assert list(roster.overdue(SILENCE_NS)) == []
    (line,) = roster.overdue(S)
    assert line == "node 'left' (cam01) is silent since 1.0 s; going on without it"
    assert list(roster.overdue(2 * S)) == []
    assert told(roster, heartbeat(), 5 * S) == ["node 'left' is back after 5.0 s"]
    assert list(roster.overdue(5 * S + SILENCE_NS)) == []


def test_a_node_that_said_goodbye_is_not_missed() -> None:
    roster = Roster(["cam01", "cam02"])
    told(roster, keypoints("cam01"), 0)
    told(roster, keypoints("cam02"), 0)
    told(roster, StreamEnd("left", "cam01", 1), 0)
    assert not roster.all_finished
    told(roster, StreamEnd("left", "cam02", 1), 0)
    assert roster.all_finished
    assert list(roster.overdue(10 * S)) == []
    told(roster, keypoints("cam02"), 11 * S)
    assert not roster.all_finished


def test_a_camera_that_has_not_been_heard_is_not_finished() -> None:
    roster = Roster(["cam01", "cam02"])
    told(roster, StreamEnd("left", "cam01", 1), 0)
    assert not roster.all_finished
    told(roster, StreamEnd("right", "cam02", 1), 0)
    assert roster.all_finished


def test_nobody_heard_is_not_finished() -> None:
    assert not Roster(["cam01", "cam02"]).all_finished
    assert list(Roster(["cam01", "cam02"]).overdue(10 * S)) == []


def test_an_unplugged_camera_is_reported_once() -> None:
    roster = Roster(["cam01", "cam02"])
    assert told(roster, heartbeat(), 0) == []
    assert told(roster, heartbeat("lost"), 1) == ["camera 'cam01' of node 'left' is gone; going on without it"]
    assert told(roster, heartbeat("lost"), 2) == []


def test_missing_frames_and_lost_messages() -> None:
    tally = Tally()
    for sequence, frame in enumerate((10, 11, 14, 15)):
        tally.add(keypoints("cam01", frame, sequence))
    for sequence, frame in ((0, 0), (2, 2)):
        tally.add(keypoints("cam02", frame, sequence))
    counts = tally.cameras
    assert (counts["cam01"].received, counts["cam01"].missing, counts["cam01"].lost_messages) == (4, 2, 0)
    assert (counts["cam02"].received, counts["cam02"].missing, counts["cam02"].lost_messages) == (2, 1, 1)
    assert tally.dropped == 3


def test_messages_lost_at_the_very_end() -> None:
    tally = Tally()
    for sequence, frame in ((0, 0), (1, 1)):
        tally.add(keypoints("cam01", frame, sequence))
    tally.end(StreamEnd("left", "cam01", 5))
    tally.end(StreamEnd("left", "cam01", 5))
    assert tally.dropped == 3
    tally.end(StreamEnd("right", "cam02", 2))
    assert tally.cameras["cam02"].lost_messages == 2


def test_a_restarted_node_counts_from_where_it_is() -> None:
    tally = Tally()
    for sequence, frame in ((7, 100), (0, 130), (1, 131), (0, 0), (1, 1)):
        tally.add(keypoints("cam01", frame, sequence))
    assert tally.dropped == 29
    assert tally.cameras["cam01"].lost_messages == 0
