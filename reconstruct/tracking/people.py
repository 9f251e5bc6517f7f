"""Everybody in a recorded trial: which detections of which views are the same person, through the whole trial."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.kernels import track_people as kernels
from reconstruct.kernels.followed import fill_followed
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.tracking.instants import group_instants
from reconstruct.tracking.sightings import Sighting, describe, same_people

Array = NDArray[np.float64]

_FOLLOWED = ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")
_TORSO = ("LShoulder", "RShoulder", "LHip", "RHip")
_TORSO_M = (0.2, 0.9)
"""Torsos from a small child's to the tallest adult's, give or take detector bias."""
_MOST_PEOPLE = 64
_FIRM_VIEWS, _STRAGGLES_S = 1.5, 0.5
"""Views a frame, on average over this time, that make a sighting more than the remains of one."""
_CAUTION = 2.0
"""Factor on the pixel noise: people are told apart with room for poor detectors, as they are seldom as near as that."""


@dataclass(frozen=True, eq=False)
class PeopleTracks:
    """Who is who.

    Attributes
    ----------
    identity : (C, F, P) number of the person that a detection shows, -1 for nobody followed
    sightings : where and how everybody was seen, by number; these count up from 0 in the order of appearance
    """

    identity: NDArray[np.int64]
    sightings: tuple[Sighting, ...]

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.sightings)


def followed_joints(keypoints: KeypointSet) -> tuple[NDArray[np.int64], kernels.Anatomy]:
    """Columns of the joints that tell people apart, and what they are."""
    names = [side + name for name in _FOLLOWED for side in "LR"]
    partner = np.arange(len(names)) ^ 1
    torso = np.array([names.index(name) for name in _TORSO])
    columns = np.array([keypoints.index(name) for name in names])
    return columns, kernels.Anatomy(partner, torso, np.array(_TORSO_M))


def detections(
    rig: Rig,
    uv: Array,
    confidence: Array,
    columns: NDArray[np.int64],
    frame: NDArray[np.int64],
    noise: PixelNoise,
) -> tuple[Array, Array]:
    """(G, C, P, J, 2) undistorted image points of the followed joints, and (G, C, P) their standard deviation.

    From keypoints (C, F, P, K, 2) px with confidence (C, F, P, K), at instants that hold `frame` (C, G) of each
    camera; NaN where that is -1.
    """
    xy = np.empty((frame.shape[1], *uv.shape[:1], uv.shape[2], len(columns), 2))
    uv, confidence = np.ascontiguousarray(uv, dtype=float), np.ascontiguousarray(confidence, dtype=float)
    fill_followed(rig.arrays, uv, confidence, columns, frame, xy)
    focal = np.sqrt(rig.arrays.focal.prod(axis=1))
    total = _CAUTION * np.sqrt(noise.white_px**2 + noise.drift_px**2 + noise.bias_px**2)
    sd = total * box_scale(uv, confidence) / focal[:, None, None]
    by_instant = sd[np.arange(len(sd))[:, None], frame]
    by_instant[frame < 0] = np.nan
    return xy, np.ascontiguousarray(by_instant.swapaxes(0, 1))


def nobody(joints: int) -> kernels.People:
    """Room for people followed by so many joints, all of it free."""
    return kernels.People(
        identity=np.full(_MOST_PEOPLE, -1),
        position=np.full((_MOST_PEOPLE, joints, 3), np.nan),
        velocity=np.zeros((_MOST_PEOPLE, joints, 3)),
        unseen_s=np.zeros((_MOST_PEOPLE, joints)),
        sd_m=np.zeros((_MOST_PEOPLE, joints)),
        lost_s=np.zeros(_MOST_PEOPLE),
        next_identity=np.zeros(1, dtype=np.int64),
    )


def track_people(trial: KeypointTrial, rig: Rig, noise: PixelNoise) -> PeopleTracks:
    """Follow everybody through a trial.

    Parameters
    ----------
    trial : with any number of people per view, in any order
    rig : its C cameras, in the same order
    noise : of the detector
    """
    columns, anatomy = followed_joints(trial.keypoint_set)
    instants = group_instants(trial.time_s)
    xy, sd = detections(rig, trial.uv, trial.confidence, columns, instants.frame, noise)
    found = np.empty(sd.shape, dtype=np.int64)
    people = nobody(len(columns))
    kernels.track_people(
        rig.arrays, people, anatomy, xy, sd, np.diff(instants.time_s, prepend=instants.time_s[0]), found
    )
    sighting = np.full(trial.confidence.shape[:3], -1)
    for c, frames in enumerate(instants.frame):
        sighting[c, frames[frames >= 0]] = found[frames >= 0, c]
    _drop_straggling(sighting, trial.time_s)
    return _stitched(trial, rig, sighting, int(people.next_identity[0]))


def _drop_straggling(sighting: NDArray[np.int64], time_s: Array) -> None:
    """Leave out of sightings (C, F, P), in place, what hardly more than one view shows: how they end, or all of one.

    Where nobody is seen any better, everything stays.
    """
    frames = time_s.shape[1]
    period = float(np.median(np.diff(time_s, axis=1))) if frames > 1 else _STRAGGLES_S
    window = min(max(1, round(_STRAGGLES_S / period)), frames)
    numbers = range(int(sighting.max(initial=-1)) + 1)
    views = [np.add.reduce(sighting == number, axis=(0, 2)) for number in numbers]
    firm = [np.convolve(each, np.ones(window) / window, mode="same") >= _FIRM_VIEWS for each in views]
    if not any(each.any() for each in firm):
        return
    for number in numbers:
        last = np.flatnonzero(firm[number]).max(initial=-window) + window // 2
        late = slice(max(last + 1, 0), None)
        sighting[:, late][sighting[:, late] == number] = -1


def _stitched(trial: KeypointTrial, rig: Rig, sighting: NDArray[np.int64], count: int) -> PeopleTracks:
    """People from the uninterrupted sightings of them."""
    seen = [i for i in range(count) if (sighting == i).any()]
    described = [describe(trial, sighting == i, rig) for i in seen]
    person = same_people(described)
    number = np.full(count + 1, -1)  # the last place is for -1, nobody
    number[seen] = person
    identity = number[sighting]
    whole = [
        described[person.index(i)] if person.count(i) == 1 else describe(trial, identity == i, rig)
        for i in range(max(person, default=-1) + 1)
    ]
    return PeopleTracks(identity, tuple(whole))


def one_person(trial: KeypointTrial, mine: NDArray[np.bool_]) -> KeypointTrial:
    """The trial with one place for people, filled from the detections `mine` (C, F, P); empty where there is none."""
    everyone = np.arange(len(mine))[:, None]
    frames = np.arange(len(mine[0]))
    place = np.asarray(mine.argmax(axis=2))
    seen: NDArray[np.bool_] = np.logical_or.reduce(mine, axis=2)
    uv, confidence = trial.uv[everyone, frames, place], trial.confidence[everyone, frames, place]
    uv[~seen], confidence[~seen] = np.nan, 0.0
    return replace(trial, uv=uv[:, :, None], confidence=confidence[:, :, None])
