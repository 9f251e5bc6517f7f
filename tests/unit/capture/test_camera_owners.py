import time
from dataclasses import replace

import numpy as np
import pytest

from capture.camera_owners import CameraOwners
from capture.errors import CaptureError
from capture.intake import Intake
from capture.messages import KeypointsMessage
from capture.transport import Outbox
from capture.types import Keypoints2D
from capture.wire import encode

SECOND = 1_000_000_000
NOBODY = np.zeros((0, 17, 2), np.float32)


def test_a_camera_belongs_to_the_node_that_sent_it_first_until_that_falls_silent() -> None:
    owners = CameraOwners()
    owners.check("cam01", "left", 0)
    owners.check("cam02", "right", 0)
    owners.check("cam01", "left", SECOND)
    with pytest.raises(
        CaptureError, match="'cam01' comes from node 'left' and from node 'right'; rename one or stop one"
    ):
        owners.check("cam01", "right", 2 * SECOND)
    owners.check("cam01", "right", 3 * SECOND + 1)
    with pytest.raises(CaptureError, match="from node 'right' and from node 'left'"):
        owners.check("cam01", "left", 4 * SECOND)


def test_a_hub_refuses_the_second_node_with_one_line() -> None:
    intake = Intake("tcp://127.0.0.1:0")
    seen = Keypoints2D("cam01", 0, time.monotonic_ns(), 0, "coco_17", (64, 48), NOBODY, NOBODY[..., 0])
    with Outbox(intake.address) as outbox:
        while not outbox.has_reader(0.01):
            intake.receive(0.01)
        for node in ("left", "right"):
            outbox.send(encode(KeypointsMessage(node, 0, replace(seen, time_ns=time.monotonic_ns()))))
        first = intake.receive(2.0)
        assert isinstance(first, KeypointsMessage)
        assert first.node == "left"
        assert intake.receive(2.0) is None
    assert intake.refused == 1
    assert "rename one or stop one" in intake.last_refusal
    intake.close()
