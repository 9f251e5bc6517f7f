"""Views that cannot be used are told once and left out."""

import numpy as np
import pytest

from capture.keypoint_sets import keypoint_set
from capture.messages import KeypointsMessage
from capture.types import Keypoints2D
from tests.rigs import ring
from valgus.live.admission import Admission

ADMISSION = Admission(ring(2), keypoint_set("coco_17"))


def message(
    camera: str = "cam01", points: str = "coco_17", size: tuple[int, int] = (1280, 720), node: str = "left"
) -> KeypointsMessage:
    nobody = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)
    return KeypointsMessage(node, 0, Keypoints2D(camera, 0, 0, 0, points, size, *nobody))


def test_cameras_of_the_rig_are_admitted() -> None:
    for fine in (message(), message("cam02"), message(size=(1276, 724))):
        assert ADMISSION.admits(fine)
        assert list(ADMISSION.complaints(fine)) == []


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (message("cam09"), "camera 'cam09' of node 'left' is not in the rig, which has cam01, cam02"),
        (message(points="halpe_26"), "camera 'cam01' of node 'left' sends halpe_26 where coco_17 is expected"),
        (message(size=(640, 480)), "camera 'cam01' of node 'left' delivers 640x480 but is calibrated for 1280x720"),
    ],
)
def test_others_are_not_and_that_is_said_once(wrong: KeypointsMessage, complaint: str) -> None:
    admission = Admission(ring(2), keypoint_set("coco_17"))
    assert not admission.admits(wrong)
    (said,) = admission.complaints(wrong)
    assert said.startswith(complaint)
    assert "not used" in said
    assert list(admission.complaints(wrong)) == []
