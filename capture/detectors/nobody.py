"""For cameras that are recorded and not looked at."""

import numpy as np

from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.types import Frame, Keypoints2D

_POINTS = keypoint_set("blazepose_33")
_UV = np.zeros((0, len(_POINTS), 2), np.float32)
_CONFIDENCE = np.zeros((0, len(_POINTS)), np.float32)


class Nobody:
    """Sees nobody, and never decodes a picture."""

    @property
    def keypoint_set(self) -> KeypointSet:
        """Of what is never seen."""
        return _POINTS

    def detect(self, frame: Frame) -> Keypoints2D:
        """No people."""
        return Keypoints2D(
            camera=frame.camera,
            frame_index=frame.index,
            time_ns=frame.time_ns,
            time_sd_ns=frame.time_sd_ns,
            keypoint_set=_POINTS.name,
            image_size=frame.size,
            uv=_UV,
            confidence=_CONFIDENCE,
        )
