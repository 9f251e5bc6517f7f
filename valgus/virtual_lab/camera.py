"""A camera and a detector that have seen it all beforehand."""

import time

import numpy as np
from numpy.typing import NDArray

from capture.types import Frame, Keypoints2D
from valgus.virtual_lab.kinematics import HALPE_26
from valgus.virtual_lab.schedule import Schedule

Array = NDArray[np.float64]

_NS = 1_000_000_000
_NOTHING_TO_SEE = np.zeros((0, 0, 3), dtype=np.uint8)
_TIME_SD_NS = 200_000


class VirtualCamera:
    """Delivers frames without a picture when their time has come, stamped with its own computer's clock.

    The run starts at `start_ns` of this machine's monotonic clock; a frame appears when real hardware would have
    its keypoints, exposure plus delay.  A camera that is opened in the middle of the run has missed what went before.
    """

    def __init__(self, name: str, run: Schedule, start_ns: int) -> None:
        self._name, self._run, self._start_ns = name, run, start_ns
        missed = start_ns + _NS * (run.exposure_s + run.delay_s) < time.monotonic_ns()
        self._waiting = iter(np.flatnonzero(~run.dropped & ~missed).tolist())

    @property
    def name(self) -> str:
        """Name of the camera, as in the rig."""
        return self._name

    def read(self) -> Frame | None:
        """Wait for the next frame; None at the end of the run."""
        index = next(self._waiting, None)
        if index is None:
            return None
        exposed_ns = self._start_ns + round(self._run.exposure_s[index] * _NS)
        ready_ns = exposed_ns + round(self._run.delay_s[index] * _NS)
        time.sleep(max(0, ready_ns - time.monotonic_ns()) / _NS)
        return Frame(self._name, index, exposed_ns + self._run.clock_ahead_ns, _TIME_SD_NS, _NOTHING_TO_SEE)

    def close(self) -> None:
        """Nothing is held."""


class VirtualDetector:
    """Finds in frame i what was computed for frame i: `uv` (F, P, 26, 2) px and `confidence` (F, P, 26) of P people.

    Somebody of whom nothing is seen is not found.
    """

    keypoint_set = HALPE_26

    def __init__(self, image_size: tuple[int, int], uv: Array, confidence: Array) -> None:
        self._image_size = image_size
        self._uv, self._confidence = uv.astype(np.float32), confidence.astype(np.float32)

    def detect(self, frame: Frame) -> Keypoints2D:
        """Keypoints of everybody in view."""
        there = self._confidence[frame.index].any(axis=-1)
        return Keypoints2D(
            camera=frame.camera,
            frame_index=frame.index,
            time_ns=frame.time_ns,
            time_sd_ns=frame.time_sd_ns,
            keypoint_set=self.keypoint_set.name,
            image_size=self._image_size,
            uv=self._uv[frame.index, there],
            confidence=self._confidence[frame.index, there],
        )
