"""What is played: squats of a virtual person before free-running cameras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from valgus.demo.node_process import Part
from valgus.virtual_lab import motion
from valgus.virtual_lab.camera_ring import IMAGE_SIZE
from valgus.virtual_lab.schedule import schedule
from valgus.virtual_lab.trial import VirtualLab, virtual_lab
from valgus.virtual_lab.truth import Truth

_NS = 1e9
_STATIC_FPS = 30.0


@dataclass(frozen=True)
class Script:
    """Everything follows from these."""

    seed: int = 0
    cameras: int = 4
    seconds: float = 10.0
    fps: float = 60.0

    def lab(self) -> VirtualLab:
        """The person and the cameras."""
        return virtual_lab(self.seed, self.cameras)

    def static(self) -> KeypointTrial:
        """The person standing, recorded beforehand."""
        return self.lab().record_standing(_STATIC_FPS)

    def parts(self) -> list[Part]:
        """What each camera plays."""
        lab, parts = self.lab(), list[Part]()
        for camera, name in enumerate(lab.rig.names):
            run = schedule(self.seed, camera, self.seconds, self.fps)
            parts.append(Part(name, IMAGE_SIZE, run, *lab.view(camera, motion.squat, run.exposure_s)))
        return parts

    def truth(self, times_ns: NDArray[np.int64], start_ns: int) -> Truth:
        """What is true at these times of the hub's clock, for a run that began at `start_ns`."""
        return self.lab().truth(motion.squat, (times_ns - start_ns) / _NS)
