"""From joint angles to segments in space, to what a detector would see, by plain forward kinematics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet, keypoint_set
from valgus.virtual_lab.person import Person, Posture, knee_rotation
from valgus.virtual_lab.rotations import R_WORLD_GROUND, about, from_zxy, mirrored

Array = NDArray[np.float64]

HALPE_26: KeypointSet = keypoint_set("halpe_26")
SIDES = ("R", "L")

_MIRROR_SIDES = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, -1.0]])

# Metres from the middle of the hips in the trunk frame, from the base of the neck in the head frame.
_NECK = np.array([0.0, 0.515, 0.0])
_SHOULDER = np.array([0.0, 0.485, 0.180])
_HEAD = {
    "Nose": (0.105, 0.125, 0.0),
    "LEye": (0.085, 0.160, -0.032),
    "REye": (0.085, 0.160, 0.032),
    "LEar": (0.005, 0.145, -0.075),
    "REar": (0.005, 0.145, 0.075),
    "Head": (0.010, 0.270, 0.0),
}
_UPPER_ARM, _FOREARM, _ELBOW_FLEXION = 0.285, 0.255, np.deg2rad(15.0)


@dataclass(frozen=True, eq=False)
class Segments:
    """Rotations into the world and joint centres in the world (metres) of F instants; sides right, left.

    `pelvis`, `trunk`, `head` are (F, 3, 3), `femur`, `tibia`, `foot` (F, 2, 3, 3), `hip`, `knee`, `ankle` centres
    (F, 2, 3); `knee` is fixed to the femur.
    """

    root: Array
    pelvis: Array
    trunk: Array
    head: Array
    femur: Array
    tibia: Array
    foot: Array
    hip: Array
    knee: Array
    ankle: Array


def segments(person: Person, posture: Posture) -> Segments:
    """Where every segment of the person is in this posture."""
    pelvis = R_WORLD_GROUND @ from_zxy(posture.pelvis)
    trunk = pelvis @ from_zxy(posture.trunk)
    femur = pelvis[:, None] @ _sided(from_zxy(posture.hip))
    tibia = femur @ _sided(knee_rotation(person.hinge, posture.knee))
    foot = tibia @ _sided(from_zxy(posture.ankle))
    hip = posture.root[:, None] + _apply(pelvis[:, None], _lateral(person.hip_half_width))
    knee = hip + _apply(femur, _along(person.thigh))
    slid = person.slide * (np.cos(posture.knee[..., 0]) - 1.0)
    tibia_top = knee + femur[..., 0] * slid[..., None]
    return Segments(
        root=posture.root,
        pelvis=pelvis,
        trunk=trunk,
        head=trunk @ about(2, posture.nod),
        femur=femur,
        tibia=tibia,
        foot=foot,
        hip=hip,
        knee=knee,
        ankle=tibia_top + _apply(tibia, _along(person.shank)),
    )


def keypoints(person: Person, posture: Posture) -> Array:
    """HALPE_26 points (F, 26, 3) in the world, metres, exactly where the detector's idea of them is."""
    body = segments(person, posture)
    points = _leg_points(person, body) | _upper_points(person, posture, body)
    points["Hip"] = (points["RHip"] + points["LHip"]) / 2.0
    return np.stack([points[name] for name in HALPE_26.names], axis=1)


def _leg_points(person: Person, body: Segments) -> dict[str, Array]:
    hip_offset, knee_offset, ankle_offset = (offset * _MIRROR_SIDES for offset in person.detected)
    legs = {
        "Hip": body.hip + _apply(body.pelvis[:, None], hip_offset),
        "Knee": body.knee + _apply(body.femur, knee_offset),
        "Ankle": body.ankle + _apply(body.tibia, ankle_offset),
    }
    for i, name in enumerate(("Heel", "BigToe", "SmallToe")):
        legs[name] = body.ankle + _apply(body.foot, person.foot[:, i] * _MIRROR_SIDES)
    return {side + name: place[:, i] for name, place in legs.items() for i, side in enumerate(SIDES)}


def _upper_points(person: Person, posture: Posture, body: Segments) -> dict[str, Array]:
    neck = body.root + _apply(body.trunk, person.upper * _NECK)
    points = {name: neck + _apply(body.head, person.upper * np.array(offset)) for name, offset in _HEAD.items()}
    points["Neck"] = neck
    upper_arm = body.trunk @ about(2, posture.arms)
    forearm = upper_arm @ about(2, np.full(len(neck), _ELBOW_FLEXION))
    for mirror, side in zip(_MIRROR_SIDES, SIDES, strict=True):
        shoulder = body.root + _apply(body.trunk, person.upper * _SHOULDER * mirror)
        elbow = shoulder - upper_arm[..., 1] * person.upper * _UPPER_ARM
        points |= {f"{side}Shoulder": shoulder, f"{side}Elbow": elbow}
        points[f"{side}Wrist"] = elbow - forearm[..., 1] * person.upper * _FOREARM
    return points


def _sided(rotation: Array) -> Array:
    """Joint rotations (F, 2, 3, 3) written as for the right leg, the left one mirrored."""
    return np.stack([rotation[:, 0], mirrored(rotation[:, 1])], axis=1)


def _lateral(distance: float) -> Array:
    return np.array([0.0, 0.0, distance]) * _MIRROR_SIDES


def _along(lengths: Array) -> Array:
    return lengths[:, None] * np.array([0.0, -1.0, 0.0])


def _apply(rotation: Array, vector: Array) -> Array:
    return (rotation @ vector[..., None])[..., 0]
