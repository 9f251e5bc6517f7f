"""What the virtual person does, as posture over time.

Movements are scripted in joint angles; `planted` then puts the feet flat on the floor, which decides the ankles and
where the body is.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from valgus.virtual_lab.kinematics import segments
from valgus.virtual_lab.person import Person, Posture
from valgus.virtual_lab.rotations import mirrored, to_zxy, transposed

Array = NDArray[np.float64]

_ANKLE_ABOVE_FLOOR = 0.082
_SQUAT_PERIOD_S = 3.0
_SQUAT_RANGE = {"hip": 92.0, "knee": 102.0, "tilt": -10.0, "trunk": -22.0, "nod": 25.0, "arms": 80.0}
_KNEES_OUT_DEG = -4.0
_LEVELLING_STEPS = 3


@dataclass(frozen=True)
class Fault:
    """How one leg gives way at the bottom of a squat, degrees, on top of how the person stands."""

    hip_adduction_deg: float = 0.0
    hip_rotation_deg: float = 0.0
    knee_abduction_deg: float = 0.0


RIGHT_KNEE_IN = (Fault(10.0, 8.0, 4.0), Fault(4.0, 3.0, 1.0))
"""The demonstration's faults of the right and the left leg: the right knee goes in, from the hip and in the knee."""


def stand(person: Person, time_s: Array) -> Posture:
    """Standing quietly, swaying a little."""
    sway = np.deg2rad(0.4) * np.sin(2.0 * np.pi * np.outer(time_s, [0.31, 0.23, 0.17]))
    still = _held(person.standing, len(time_s))
    return planted(person, replace(still, pelvis=still.pelvis + sway))


def squat(person: Person, time_s: Array, faults: tuple[Fault, Fault] = RIGHT_KNEE_IN, deepest: float = 1.0) -> Posture:
    """Squats of three seconds each, a little less deep every other time, with a fault that grows with depth."""
    depth = deepest * _depth(time_s)
    still = _held(person.standing, len(time_s))
    wobble = np.deg2rad(1.2) * np.sin(2.0 * np.pi * np.outer(time_s, [0.0, 0.43, 0.29])) * depth[:, None]
    give = np.deg2rad([[0.0, _KNEES_OUT_DEG + f.hip_adduction_deg, f.hip_rotation_deg] for f in faults])
    yield_ = np.deg2rad([[0.0, -f.knee_abduction_deg, 0.0] for f in faults])
    timing = np.stack([depth, depth**2, depth**1.5], axis=1)[:, None]
    bend = {name: np.deg2rad(reach) * depth for name, reach in _SQUAT_RANGE.items()}
    return planted(
        person,
        replace(
            still,
            pelvis=still.pelvis + wobble + _first_of_three(bend["tilt"]),
            trunk=still.trunk + _first_of_three(bend["trunk"]),
            nod=still.nod + bend["nod"],
            arms=still.arms + bend["arms"],
            hip=still.hip + _first_of_three(bend["hip"])[:, None] + give * timing,
            knee=still.knee + _first_of_three(bend["knee"])[:, None] + yield_ * timing,
        ),
    )


def swing_legs(person: Person, time_s: Array) -> Posture:
    """The functional trial of eight seconds: the right leg swings, then the left one, then shallow squats."""
    shallow = np.clip(time_s - 5.5, 0.0, None)
    posture = squat(person, shallow * _SQUAT_PERIOD_S / 2.4, (Fault(), Fault()), deepest=0.5)
    swings = np.stack([_bump(time_s, 0.3, 2.8), _bump(time_s, 2.9, 5.4)], axis=1)
    turn = 2.0 * np.pi * time_s[:, None] / 1.25
    hip = np.stack([np.deg2rad(28.0) * np.sin(turn), -np.deg2rad(16.0) * (1.0 - np.cos(turn)), 0.0 * turn], axis=-1)
    knee = np.deg2rad(22.0) * (1.0 - np.cos(turn))
    lifted = replace(
        posture,
        hip=posture.hip + swings[..., None] * hip,
        knee=posture.knee + _first_of_three(swings * knee),
    )
    return planted(person, lifted, support=1.0 - _step(6.0 * swings))


def planted(person: Person, posture: Posture, support: Array | None = None) -> Posture:
    """The same movement on the floor: feet flat and about where they were, the pelvis as level as it takes.

    `support` (F, 2) says how much of the weight each foot may carry; a foot without any hangs as when standing.
    """
    carried = np.ones((len(posture.root), 2)) if support is None else support
    free = replace(posture, root=np.zeros_like(posture.root), ankle=np.zeros_like(posture.ankle))
    for _ in range(_LEVELLING_STEPS):
        free = _levelled(person, free, carried.min(axis=1))
    body = segments(person, free)
    flat = transposed(body.tibia) @ segments(person, person.standing).foot
    ankle = to_zxy(np.stack([flat[:, 0], mirrored(flat[:, 1])], axis=1))
    share = carried / carried.sum(axis=1, keepdims=True)
    root = np.sum(share[..., None] * (_footprints(person) - body.ankle), axis=1)
    return replace(free, root=root, ankle=carried[..., None] * ankle)


def _footprints(person: Person) -> Array:
    """Where the ankles (2, 3) are when standing, their middle above the origin."""
    ankle = segments(person, person.standing).ankle[0]
    return ankle - ankle.mean(axis=0) + [0.0, 0.0, person.upper * _ANKLE_ABOVE_FLOOR]


def _levelled(person: Person, posture: Posture, share: Array) -> Posture:
    """Pelvis listing towards the foot that would hang higher than when standing, the trunk bending back."""
    apart = _right_from_left_ankle(person, posture)
    rise = apart[:, 2] - _right_from_left_ankle(person, person.standing)[:, 2]
    listing = share * np.arctan2(rise, np.hypot(apart[:, 0], apart[:, 1]))
    sideways = listing[:, None] * np.array([0.0, 1.0, 0.0])
    return replace(posture, pelvis=posture.pelvis + sideways, trunk=posture.trunk - sideways)


def _right_from_left_ankle(person: Person, posture: Posture) -> Array:
    ankle = segments(person, posture).ankle
    return ankle[:, 0] - ankle[:, 1]


def _held(posture: Posture, frames: int) -> Posture:
    """One instant repeated."""
    return Posture(*(np.repeat(getattr(posture, name), frames, axis=0) for name in Posture.__dataclass_fields__))


def _depth(time_s: Array) -> Array:
    """How deep in the squat, 0 to 1: rest, down, hold, up."""
    repetition, phase = np.divmod(time_s / _SQUAT_PERIOD_S, 1.0)
    deepest = np.where(repetition % 2 == 0, 1.0, 0.88)
    return deepest * (_step((phase - 0.06) / 0.40) - _step((phase - 0.52) / 0.42))


def _bump(time_s: Array, start_s: float, end_s: float) -> Array:
    return _step((time_s - start_s) / 0.6) - _step((time_s - end_s + 0.6) / 0.6)


def _step(x: Array) -> Array:
    """From 0 to 1 with continuous acceleration."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def _first_of_three(values: Array) -> Array:
    """Flexions (...) as (..., 3) joint angles without adduction and rotation."""
    return values[..., None] * np.array([1.0, 0.0, 0.0])
