"""A whole virtual session: rig, standing trial, functional trial, squats, and the truth about them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.camera_model import project
from geometry.rig import Rig
from valgus.virtual_lab import motion, noise, truth
from valgus.virtual_lab.camera_ring import IMAGE_SIZE, camera_ring
from valgus.virtual_lab.kinematics import HALPE_26, keypoints, segments
from valgus.virtual_lab.noise import LAB, DetectorNoise, NoiseSource
from valgus.virtual_lab.person import Person, Posture, virtual_person
from valgus.virtual_lab.truth import Truth

Array = NDArray[np.float64]
Movement = Callable[[Person, Array], Posture]

STATIC_SECONDS, FUNCTIONAL_SECONDS = 1.5, 8.0
STATIC, MAIN, FUNCTIONAL = range(3)
_CLOCK_PPM = 100e-6


class VirtualTrial(NamedTuple):
    """A session of one virtual person; `truth` belongs to `main`, on the common clock."""

    rig: Rig
    static: KeypointTrial
    main: KeypointTrial
    truth: Truth
    functional: KeypointTrial


@dataclass(frozen=True, eq=False)
class VirtualLab:
    """One person among cameras whose detector errs; everything follows from `seed`."""

    seed: int
    person: Person
    rig: Rig
    noise: DetectorNoise

    def view(self, camera: int, movement: Movement, time_s: Array, trial: int = MAIN) -> tuple[Array, Array]:
        """Detected uv (F, 26, 2) px and confidence (F, 26) of one camera that exposes at `time_s` (F,)."""
        exact = self._exact(camera, movement, time_s)
        standing = float(noise.person_scale(self._exact(camera, motion.stand, np.zeros(1)))[0])
        uv, confidence = noise.detect(exact, time_s, standing, self.noise, NoiseSource(self.seed, trial, camera))
        outside = ~np.all((uv >= 0.0) & (uv <= np.array(IMAGE_SIZE) - 1.0), axis=-1)
        uv[outside], confidence[outside] = np.nan, 0.0
        return uv, confidence

    def truth(self, movement: Movement, time_s: Array) -> Truth:
        """True angles and points at these times."""
        posture = movement(self.person, time_s)
        return Truth(time_s, truth.angles(segments(self.person, posture)), keypoints(self.person, posture))

    def record(self, movement: Movement, times: Array, trial: int, synchronised: bool = True) -> KeypointTrial:
        """What all cameras see that expose at `times` (C, F)."""
        views = [self.view(camera, movement, time_s, trial) for camera, time_s in enumerate(times)]
        return KeypointTrial(
            cameras=self.rig.names,
            keypoint_set=HALPE_26,
            uv=np.stack([uv for uv, _ in views])[:, :, None],
            confidence=np.stack([confidence for _, confidence in views])[:, :, None],
            time_s=times,
            image_sizes=(IMAGE_SIZE,) * len(self.rig),
            synchronised=synchronised,
        )

    def record_standing(self, fps: float) -> KeypointTrial:
        """The static trial of synchronised cameras."""
        time_s = np.arange(round(STATIC_SECONDS * fps)) / fps
        return self.record(motion.stand, np.tile(time_s, (len(self.rig), 1)), STATIC)

    def _exact(self, camera: int, movement: Movement, time_s: Array) -> Array:
        return project(self.rig.arrays, camera, keypoints(self.person, movement(self.person, time_s)))


def virtual_lab(seed: int, cameras: int = 4, detector: DetectorNoise = LAB) -> VirtualLab:
    """A person and a ring of cameras drawn from `seed`."""
    return VirtualLab(seed, virtual_person(seed), camera_ring(seed, cameras), detector)


def virtual_trial(
    seed: int,
    *,
    cameras: int = 4,
    seconds: float = 6.0,
    fps: float = 60.0,
    detector: DetectorNoise = LAB,
    faults: tuple[motion.Fault, motion.Fault] = motion.RIGHT_KNEE_IN,
    synchronised: bool = True,
) -> VirtualTrial:
    """A session of squats recorded by all cameras at once or, not synchronised, by each at times of its own."""
    lab = virtual_lab(seed, cameras, detector)
    squats = partial(motion.squat, faults=faults)
    clocks = _clocks(seed, cameras, fps, synchronised)

    def record(movement: Movement, duration_s: float, trial: int) -> KeypointTrial:
        frames = np.arange(round(duration_s * fps))
        times = np.stack([phase_s + frames / rate for phase_s, rate in clocks])
        return lab.record(movement, times, trial, synchronised)

    return VirtualTrial(
        rig=lab.rig,
        static=record(motion.stand, STATIC_SECONDS, STATIC),
        main=record(squats, seconds, MAIN),
        truth=lab.truth(squats, np.arange(round(seconds * fps)) / fps),
        functional=record(motion.swing_legs, FUNCTIONAL_SECONDS, FUNCTIONAL),
    )


def _clocks(seed: int, cameras: int, fps: float, synchronised: bool) -> list[tuple[float, float]]:
    """First exposure (s) and rate (Hz) of every camera."""
    if synchronised:
        return [(0.0, fps)] * cameras
    rng = np.random.default_rng([seed, 4])
    phases, rates = rng.uniform(0.0, 1.0 / fps, cameras), fps * (1.0 + rng.uniform(-_CLOCK_PPM, _CLOCK_PPM, cameras))
    return list(zip(phases.tolist(), rates.tolist(), strict=True))
