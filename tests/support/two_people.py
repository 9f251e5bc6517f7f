"""A second virtual person beside the first one, and two of them live."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.rig import Rig
from valgus.demo.node_process import VirtualPart
from valgus.virtual_lab import motion
from valgus.virtual_lab.camera_ring import IMAGE_SIZE
from valgus.virtual_lab.person import Person, Posture, virtual_person
from valgus.virtual_lab.schedule import schedule
from valgus.virtual_lab.trial import Movement, VirtualLab, virtual_lab
from valgus.virtual_lab.truth import Truth

Array = NDArray[np.float64]

BESIDE_M = np.array([0.0, 0.9, 0.0])


def standing_beside(person: Person, time_s: np.ndarray) -> Posture:
    """Somebody who stands still 0.9 m from the middle."""
    posture = motion.stand(person, time_s)
    return replace(posture, root=posture.root + BESIDE_M)


def together(first: KeypointTrial, second: KeypointTrial) -> KeypointTrial:
    """Both people in one trial."""
    return replace(
        first,
        uv=np.concatenate([first.uv, second.uv], axis=2),
        confidence=np.concatenate([first.confidence, second.confidence], axis=2),
    )


@dataclass(frozen=True)
class TwoPeople:
    """Two virtual people before the same cameras.

    Attributes
    ----------
    movements : of the first and of the second one
    away_s : from when to when nothing is seen of the second person, seconds from the start
    """

    seed: int
    cameras: int
    seconds: float
    fps: float
    movements: tuple[Movement, Movement]
    away_s: tuple[float, float] = (np.inf, np.inf)

    @property
    def rig(self) -> Rig:
        return virtual_lab(self.seed, self.cameras).rig

    def lab(self, person: int) -> VirtualLab:
        """The cameras, with one of the two before them."""
        first = virtual_lab(self.seed, self.cameras)
        return replace(first, seed=self.seed + 1, person=virtual_person(self.seed + 1)) if person else first

    def truth(self, person: int, time_s: Array) -> Truth:
        return self.lab(person).truth(self.movements[person], time_s)

    def parts(self) -> list[VirtualPart]:
        """What every camera's node plays."""
        return [self._part(camera, name) for camera, name in enumerate(self.rig.names)]

    def _part(self, camera: int, name: str) -> VirtualPart:
        run = schedule(self.seed, camera, self.seconds, self.fps)
        seen = [self.lab(person).view(camera, self.movements[person], run.exposure_s) for person in range(2)]
        uv, confidence = (np.stack(values, axis=1) for values in zip(*seen, strict=True))
        away = (run.exposure_s >= self.away_s[0]) & (run.exposure_s < self.away_s[1])
        confidence[away, 1], uv[away, 1] = 0.0, np.nan
        return VirtualPart(name, IMAGE_SIZE, run, uv, confidence)


def _to_and_fro(person: Person, time_s: Array) -> Posture:
    return _moved(motion.squat(person, time_s), np.full(len(time_s), -0.25), -_across(time_s))


def _fro_and_to(person: Person, time_s: Array) -> Posture:
    return _moved(motion.squat(person, time_s + 1.5), np.full(len(time_s), 0.25), _across(time_s))


def _across(time_s: Array) -> Array:
    return 0.7 * np.cos(2.0 * np.pi * time_s / 6.0)


def _moved(posture: Posture, x: Array, y: Array) -> Posture:
    return replace(posture, root=posture.root + np.stack([x, y, np.zeros(len(x))], axis=-1))


CROSSING = (_to_and_fro, _fro_and_to)
"""They squat out of step and pass each other every three seconds."""
STANDING = (motion.stand, standing_beside)
