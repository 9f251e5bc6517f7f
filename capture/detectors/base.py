"""What every keypoint detector can do."""

from typing import Protocol

from capture.keypoint_sets import KeypointSet
from capture.types import Frame, Keypoints2D


class Detector(Protocol):
    """Finds people in the successive frames of one camera.

    A detector may remember where it saw people in the frame before, so every camera needs a detector of its own and
    frames must come in order.
    """

    @property
    def keypoint_set(self) -> KeypointSet:
        """What the keypoints are."""
        ...

    def detect(self, frame: Frame) -> Keypoints2D:
        """Return keypoints of the people in one frame; no people where nobody is in view."""
        ...
