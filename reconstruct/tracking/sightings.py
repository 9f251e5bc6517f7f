"""Uninterrupted sightings of people, and which of them are the same person coming back."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.rig import Rig
from reconstruct.kernels import sightings as kernels
from reconstruct.tracking.detections import FOLLOWED, Detections

Array = NDArray[np.float64]

BONES = (
    ("LShoulder", "RShoulder"),
    ("LHip", "RHip"),
    ("LShoulder", "LHip"),
    ("RShoulder", "RHip"),
    ("LHip", "LKnee"),
    ("RHip", "RKnee"),
    ("LKnee", "LAnkle"),
    ("RKnee", "RAnkle"),
    ("LShoulder", "LElbow"),
    ("RShoulder", "RElbow"),
)
_JOINTS = np.array([j for j, name in enumerate(FOLLOWED) if any(name in bone for bone in BONES)])
"""Those at which bones end: they make the middle of the body."""
_ENDS = np.array([[FOLLOWED.index(end) for end in bone] for bone in BONES])
"""(bones, 2) places in `FOLLOWED` of the joints that each bone connects."""
_BONE_SD_M = 0.02
"""How much the mean length of a bone differs between two sightings of one person, as detector bias turns with them."""
SAME_BODY, _SAME_BODY_AT_ONCE = 4.0, 9.0
"""Mean squared difference of bone lengths, in standard deviations, up to which two sightings may be one person; and
where one begins as the other ends."""
_SAMPLES = 60
"""Instants that describe a sighting, however long."""
_LINGERS_S, _AT_ONCE_S = 2.0, 0.5
"""For so long a sighting may go on after the person has been noticed anew; a gap so short is none."""
_SEEN_TWICE = 0.2
"""Share of the views, while two sightings overlap, that may show both if they are of one person."""
_REACH_M, _WALK_M_PER_S, _RUN_M_PER_S = 0.5, 1.0, 4.0
_PIECES_M = 1.0
"""So far apart the middles of a trunk and of a pair of legs may be that are one body."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One person from appearing to vanishing.

    Attributes
    ----------
    first, last : instants of the trial, both with the person in some view
    first_s, last_s : seconds
    first_place, last_place : (3,) middle of the body then, metres
    bones_m : (bones,) median lengths, NaN where never seen
    instants : number of instants in between with the person in any view
    middle : (n, 3) middle of the body in instants spread over the sighting, metres
    views : (n,) number of views in those instants
    place : (G, C) of the detection that shows the person, at all of the trial's instants, -1 for none
    """

    first: int
    last: int
    first_s: float
    last_s: float
    first_place: Array
    last_place: Array
    bones_m: Array
    instants: int
    middle: Array
    views: NDArray[np.int64]
    place: NDArray[np.int16]


def describe(detections: Detections, sighted: NDArray[np.int16], rig: Rig) -> Sighting:
    """Sighting of somebody whom the detections in the places `sighted` (G, C) show, -1 for none, but not for all."""
    samples = min(_SAMPLES, len(sighted))
    found = kernels.SightingArrays(
        instants=np.empty(samples, dtype=np.int64),
        middle=np.empty((samples, 3)),
        views=np.empty(samples, dtype=np.int64),
        bones_m=np.empty(len(BONES)),
    )
    instants, count = kernels.describe_sighting(rig.arrays, detections.xy, sighted, _JOINTS, _ENDS, found)
    first, last = int(found.instants[0]), int(found.instants[count - 1])
    middle = found.middle[:count]
    known = middle[np.isfinite(middle[:, 0])]
    return Sighting(
        first=first,
        last=last,
        first_s=float(detections.instants.time_s[first]),
        last_s=float(detections.instants.time_s[last]),
        first_place=known[0] if len(known) else middle[0],
        last_place=known[-1] if len(known) else middle[0],
        bones_m=found.bones_m,
        instants=instants,
        middle=middle,
        views=found.views[:count],
        place=sighted,
    )


def body_difference(one: Sighting, other: Sighting) -> float:
    """Mean squared difference of the bones' lengths, in standard deviations; 0 where none is known of both."""
    difference = (one.bones_m - other.bones_m) / _BONE_SD_M
    known = difference[np.isfinite(difference)]
    return float(known @ known) / max(len(known), 1)


def _unlikeness(before: Sighting, after: Sighting, detections: Detections) -> float:
    """How little a person who appears is like one who vanished before; infinite where it cannot be the same."""
    gap_s = max(after.first_s - before.last_s, 0.0)
    if after.first_s < before.last_s - _LINGERS_S or _seen_twice(before, after, detections) > _SEEN_TWICE:
        return np.inf
    body = body_difference(before, after)
    distance = np.nan_to_num(math.dist(before.last_place, after.first_place))
    alike = SAME_BODY if gap_s > _AT_ONCE_S else _SAME_BODY_AT_ONCE
    if body > alike or distance > max(_REACH_M + _RUN_M_PER_S * gap_s, _PIECES_M):
        return np.inf
    return body + (distance / (_REACH_M + _WALK_M_PER_S * gap_s)) ** 2


def _seen_twice(before: Sighting, after: Sighting, detections: Detections) -> float:
    """Share of the views with a joint of both of two sightings in them, of those with either while they overlap.

    A trunk beside a pair of legs is one person whom a detector has split in two.
    """
    both, either = kernels.views_of_both(detections.xy, before.place, after.place, after.first, before.last + 1)
    return both / max(either, 1)


def same_people(sightings: list[Sighting], detections: Detections) -> list[int]:
    """Number of the person of every sighting of these detections, counting up in the order of appearance."""
    order = sorted(range(len(sightings)), key=lambda i: sightings[i].first_s)
    number = [-1] * len(sightings)
    latest: list[int] = []
    for i in order:
        costs = [_unlikeness(sightings[j], sightings[i], detections) for j in latest]
        best = min(range(len(costs)), key=costs.__getitem__, default=-1)
        if best >= 0 and np.isfinite(costs[best]):
            number[i], latest[best] = best, i
        else:
            number[i] = len(latest)
            latest.append(i)
    return number
