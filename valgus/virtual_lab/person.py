"""The virtual person: a body of its own making.

What the estimator's body model does not have, and this one does: thigh and shank that differ by up to 3 % between the
sides, detected hips 15 mm off the joint centres, a knee whose hinge is tilted against the anatomical axes and whose
tibia slides back on the femur as it bends.  Sides stand in the order right, left; vectors of both sides are written
as for the right leg (x anterior, y proximal, z lateral) and mirrored where they are used.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valgus.virtual_lab.rotations import about, from_zxy, transposed

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Posture:
    """Joint angles of F instants in radians, signs as in docs/conventions.md.

    Attributes
    ----------
    root : (F, 3) middle of the hip joint centres in the world, metres
    pelvis : (F, 3) tilt, list, rotation
    trunk : (F, 3) extension, bending to the right, turning to the left, against the pelvis
    nod : (F,) extension of the head against the trunk
    arms : (F,) flexion of both shoulders
    hip, knee, ankle : (F, 2, 3) flexion (dorsiflexion), adduction (inversion), internal rotation (toe-in)
    """

    root: Array
    pelvis: Array
    trunk: Array
    nod: Array
    arms: Array
    hip: Array
    knee: Array
    ankle: Array


@dataclass(frozen=True, eq=False)
class Person:
    """Dimensions of one person in metres and radians.

    Attributes
    ----------
    hip_half_width : half the distance of the hip joint centres
    thigh, shank : (2,) lengths between joint centres
    hinge : (2, 2) tilt of the knee's flexion axis about the femur's x and y
    slide : how far the tibia lies behind at 90 degrees of knee flexion
    detected : (3, 3) where a detector sees hip, knee and ankle against their joint centres, in pelvis, femur, tibia
    foot : (2, 3, 3) heel, big toe, small toe in the foot frame from the ankle centre
    upper : scale of trunk, head and arms
    standing : how this person stands, one instant
    """

    hip_half_width: float
    thigh: Array
    shank: Array
    hinge: Array
    slide: float
    detected: Array
    foot: Array
    upper: float
    standing: Posture


_HIP_HALF_WIDTH, _THIGH, _SHANK = 0.087, 0.415, 0.405
_ASYMMETRY = 0.03
_DETECTED = np.array([[0.009, 0.008, 0.009], [0.004, 0.002, 0.0], [0.0, 0.004, 0.002]])
_FOOT_ON_FLOOR = np.array([[-0.052, -0.045, 0.0], [0.172, -0.062, -0.018], [0.135, -0.066, 0.042]])
_TOE_OUT = np.deg2rad([9.0, 7.0])


def virtual_person(seed: int) -> Person:
    """One person of ordinary build, every dimension drawn from `seed`."""
    rng = np.random.default_rng([seed, 1])
    size = 1.0 + 0.03 * rng.uniform(-1.0, 1.0)
    uneven = _ASYMMETRY / 2.0 * rng.uniform(0.5, 1.0) * rng.choice([-1.0, 1.0]) * np.array([1.0, -1.0])
    hinge = np.deg2rad(rng.uniform([-2.0, 0.5], [2.0, 3.0], (2, 2)))
    standing = _standing(rng)
    return Person(
        hip_half_width=size * _HIP_HALF_WIDTH,
        thigh=size * _THIGH * (1.0 + uneven),
        shank=size * _SHANK * (1.0 - uneven * _THIGH / _SHANK),
        hinge=hinge,
        slide=rng.uniform(0.006, 0.010),
        detected=_DETECTED,
        foot=size * _foot(standing, hinge),
        upper=size,
        standing=standing,
    )


def knee_rotation(hinge: Array, angles: Array) -> Array:
    """Rotations (..., 3, 3) from femur to tibia: flexion about the tilted hinge, then adduction and rotation."""
    tilt = about(0, hinge[..., 0]) @ about(1, hinge[..., 1])
    flexion = tilt @ about(2, -angles[..., 0]) @ transposed(tilt)
    return flexion @ about(0, angles[..., 1]) @ about(1, angles[..., 2])


def _standing(rng: np.random.Generator) -> Posture:
    uneven = rng.normal(0.0, 0.8, (2, 3))
    hip = [[12.0, -3.5 + a, b] for a, b, _ in uneven]
    knee = [[3.0, -2.0 + c, 0.0] for _, _, c in uneven]
    return Posture(
        root=np.zeros((1, 3)),
        pelvis=np.deg2rad([[-9.0, 0.0, 0.0]]),
        trunk=np.deg2rad([[8.0, 0.0, 0.0]]),
        nod=np.zeros(1),
        arms=np.deg2rad([4.0]),
        hip=np.deg2rad([hip]),
        knee=np.deg2rad([knee]),
        ankle=np.zeros((1, 2, 3)),
    )


def _foot(standing: Posture, hinge: Array) -> Array:
    """Points (2, 3, 3) of feet flat on the floor, in foot frames that agree with the tibia while standing."""
    on_floor = _FOOT_ON_FLOOR @ transposed(about(1, -_TOE_OUT))
    R_ground_tibia = from_zxy(standing.pelvis) @ from_zxy(standing.hip[0]) @ knee_rotation(hinge, standing.knee[0])
    return on_floor @ R_ground_tibia
