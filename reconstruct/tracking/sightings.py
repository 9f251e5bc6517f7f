"""Uninterrupted sightings of people, and which of them are the same person coming back."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import KeypointTrial
from geometry.rays import triangulate_linear
from geometry.rig import Rig
from reconstruct.medians import medians

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
_BONE_SD_M = 0.02
"""How much the mean length of a bone differs between two sightings of one person, as detector bias turns with them."""
SAME_BODY, _SAME_BODY_AT_ONCE = 4.0, 9.0
"""Mean squared difference of bone lengths, in standard deviations, up to which two sightings may be one person; and
where one begins as the other ends."""
_SAMPLES = 60
"""Frames that describe a sighting, however long."""
_LINGERS_S, _AT_ONCE_S = 2.0, 0.5
"""For so long a sighting may go on after the person has been noticed anew; a gap so short is none."""
_SEEN_TWICE = 0.2
"""Share of the views, while two sightings overlap, that may show both if they are of one person."""
_REACH_M, _WALK_M_PER_S, _RUN_M_PER_S = 0.5, 1.0, 4.0


@dataclass(frozen=True, eq=False)
class Sighting:
    """One person from appearing to vanishing.

    Attributes
    ----------
    first_s, last_s : seconds
    first_place, last_place : (3,) middle of the body then, metres
    bones_m : (bones,) median lengths, NaN where never seen
    frames : number of frames in between with the person in any view
    middle : (n, 3) middle of the body in frames spread over the sighting, metres
    views : (n,) number of views in those frames
    seen : (C, F) which frames of which cameras show the person
    """

    first_s: float
    last_s: float
    first_place: Array
    last_place: Array
    bones_m: Array
    frames: int
    middle: Array
    views: NDArray[np.int64]
    seen: NDArray[np.bool_]


def describe(trial: KeypointTrial, mine: NDArray[np.bool_], rig: Rig) -> Sighting:
    """Sighting of somebody whom the detections `mine` (C, F, P) of a trial show, one of them at least."""
    seen: NDArray[np.bool_] = np.logical_or.reduce(mine, axis=2)
    everything = np.flatnonzero(np.logical_or.reduce(seen, axis=0))
    count = min(_SAMPLES, len(everything))
    frames = everything[np.linspace(0, len(everything) - 1, count).round().astype(np.int64)]
    joints, ends = _bone_ends(trial.keypoint_set)
    places = _places(trial, mine, rig, frames, joints)
    middle = medians(places.swapaxes(1, 2))
    known = np.flatnonzero(np.isfinite(middle[:, 0]))
    first, last = (known[0], known[-1]) if known.size else (0, 0)
    times = medians(trial.time_s[:, frames[[0, -1]]].T)
    bones = places[:, ends[:, 0]] - places[:, ends[:, 1]]
    return Sighting(
        first_s=float(times[0]),
        last_s=float(times[-1]),
        first_place=middle[first],
        last_place=middle[last],
        bones_m=medians(np.sqrt((bones * bones).sum(axis=-1)).T),
        frames=len(everything),
        middle=middle,
        views=np.add.reduce(seen[:, frames].astype(np.int64), axis=0),
        seen=seen,
    )


def _places(
    trial: KeypointTrial, mine: NDArray[np.bool_], rig: Rig, frames: NDArray[np.int64], joints: NDArray[np.int64]
) -> Array:
    """(n, J, 3) metres where the joints of somebody are in n frames."""
    mine = mine[:, frames]
    where = np.arange(len(rig))[:, None, None], frames[:, None], np.asarray(mine.argmax(axis=2))[..., None], joints
    confidence = trial.confidence[where] * np.logical_or.reduce(mine, axis=2)[..., None]
    flat = triangulate_linear(rig.arrays, trial.uv[where].reshape(len(rig), -1, 2), confidence.reshape(len(rig), -1))
    return flat.reshape(len(frames), len(joints), 3)


@lru_cache
def _bone_ends(keypoints: KeypointSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns (J,) of the joints at which bones end, and (bones, 2) which of these each bone connects."""
    columns = np.array([[keypoints.index(a), keypoints.index(b)] for a, b in BONES])
    joints, ends = np.unique(columns, return_inverse=True)
    return joints, ends.reshape(columns.shape)


def body_difference(one: Sighting, other: Sighting) -> float:
    """Mean squared difference of the bones' lengths, in standard deviations; 0 where none is known of both."""
    difference = ((one.bones_m - other.bones_m) / _BONE_SD_M) ** 2
    return float(np.nanmean(difference)) if np.isfinite(difference).any() else 0.0


def _unlikeness(before: Sighting, after: Sighting) -> float:
    """How little a person who appears is like one who vanished before; infinite where it cannot be the same."""
    gap_s = max(after.first_s - before.last_s, 0.0)
    if after.first_s < before.last_s - _LINGERS_S or _seen_twice(before, after) > _SEEN_TWICE:
        return np.inf
    body = body_difference(before, after)
    distance = float(np.nan_to_num(np.linalg.norm(before.last_place - after.first_place)))
    alike = SAME_BODY if gap_s > _AT_ONCE_S else _SAME_BODY_AT_ONCE
    if body > alike or distance > _REACH_M + _RUN_M_PER_S * gap_s:
        return np.inf
    return body + (distance / (_REACH_M + _WALK_M_PER_S * gap_s)) ** 2


def _seen_twice(before: Sighting, after: Sighting) -> float:
    """Share of the views with both of two sightings in them, of those with either while they overlap."""
    begins = np.flatnonzero(np.logical_or.reduce(after.seen, axis=0))[:1].sum()
    ends = np.flatnonzero(np.logical_or.reduce(before.seen, axis=0))[-1:].sum() + 1
    one, other = before.seen[:, begins:ends], after.seen[:, begins:ends]
    return float((one & other).sum() / max((one | other).sum(), 1))


def same_people(sightings: list[Sighting]) -> list[int]:
    """Number of the person of every sighting, counting up in the order of appearance."""
    order = sorted(range(len(sightings)), key=lambda i: sightings[i].first_s)
    number = [-1] * len(sightings)
    latest: list[int] = []
    for i in order:
        costs = [_unlikeness(sightings[j], sightings[i]) for j in latest]
        best = min(range(len(costs)), key=costs.__getitem__, default=-1)
        if best >= 0 and np.isfinite(costs[best]):
            number[i], latest[best] = best, i
        else:
            number[i] = len(latest)
            latest.append(i)
    return number
