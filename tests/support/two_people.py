"""A second virtual person beside the first one."""

from dataclasses import replace

import numpy as np

from capture.types import KeypointTrial
from valgus.virtual_lab import motion
from valgus.virtual_lab.person import Person, Posture

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
