"""What is played: squats of a virtual person before free-running cameras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valgus.demo.node_process import VirtualPart, run_node
from valgus.demo.play import Play
from valgus.live.hub import Pace
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

    def play(self) -> Play:
        """The hub learns from the person standing; every node plays one camera."""
        lab = self.lab()
        standing = lab.record_standing(_STATIC_FPS)
        return Play(lab.rig, standing, tuple(self.parts()), run_node, Pace.LIVE)

    def parts(self) -> list[VirtualPart]:
        """What each camera plays."""
        lab, parts = self.lab(), list[VirtualPart]()
        for camera, name in enumerate(lab.rig.names):
            run = schedule(self.seed, camera, self.seconds, self.fps)
            uv, confidence = lab.view(camera, motion.squat, run.exposure_s)
            parts.append(VirtualPart(name, IMAGE_SIZE, run, uv[:, None], confidence[:, None]))
        return parts

    def truth(self, times_ns: NDArray[np.int64], start_ns: int) -> Truth:
        """What is true at these times of the hub's clock, for a run that began at `start_ns`."""
        return self.lab().truth(motion.squat, (times_ns - start_ns) / _NS)
