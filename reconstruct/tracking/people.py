"""Everybody in a recorded trial: which detections of which views are the same person, through the whole trial."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import KeypointTrial
from geometry.camera_model import normalise
from geometry.rig import Rig
from reconstruct.kernels import track_people as kernels
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.tracking.instants import Instants, group_instants
from reconstruct.tracking.sightings import describe, same_people

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
    people : how many numbers there are; they count up from 0 in the order of appearance
    """

    identity: NDArray[np.int64]
    people: int


def followed_joints(keypoints: KeypointSet) -> tuple[NDArray[np.int64], kernels.Anatomy]:
    """Columns of the joints that tell people apart, and what they are."""
    names = [side + name for name in _FOLLOWED for side in "LR"]
    partner = np.arange(len(names)) ^ 1
    torso = np.array([names.index(name) for name in _TORSO])
    columns = np.array([keypoints.index(name) for name in names])
    return columns, kernels.Anatomy(partner, torso, np.array(_TORSO_M))


def detections(
    rig: Rig, uv: Array, confidence: Array, columns: NDArray[np.int64], noise: PixelNoise
) -> tuple[Array, Array]:
    """(C, F, P, J, 2) undistorted image points of the followed joints, and (C, F, P) their standard deviation.

    From keypoints (C, F, P, K, 2) px with confidence (C, F, P, K).
    """
    visible = confidence[..., columns] > 0.0
    followed = np.where(visible[..., None], uv[..., columns, :], np.nan)
    xy = np.stack([normalise(rig.arrays, c, followed[c]) for c in range(len(rig))])
    focal = np.sqrt(rig.arrays.focal.prod(axis=1))
    total = _CAUTION * np.sqrt(noise.white_px**2 + noise.drift_px**2 + noise.bias_px**2)
    return xy, total * box_scale(uv, confidence) / focal[:, None, None]


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
    xy, sd = detections(rig, trial.uv, trial.confidence, columns, noise)
    instants = group_instants(trial.time_s)
    found = np.empty((len(instants.time_s), *trial.confidence.shape[:1], trial.confidence.shape[2]), dtype=np.int64)
    people = nobody(len(columns))
    kernels.track_people(
        rig.arrays,
        people,
        anatomy,
        _by_instant(xy, instants),
        _by_instant(sd, instants),
        np.diff(instants.time_s, prepend=instants.time_s[0]),
        found,
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
    if count < 2:
        return PeopleTracks(sighting, count)
    seen = [i for i in range(count) if (sighting == i).any()]
    number = np.full(count + 1, -1)  # the last place is for -1, nobody
    number[seen] = same_people([describe(one_person(trial, sighting == i), rig) for i in seen])
    return PeopleTracks(number[sighting], int(number.max()) + 1)


def _by_instant(values: Array, instants: Instants) -> Array:
    """(G, C, ...) contiguous, from (C, F, ...), NaN where a camera has no frame."""
    everyone = np.arange(len(values))[:, None]
    picked = values[everyone, instants.frame]
    picked[instants.frame < 0] = np.nan
    return np.ascontiguousarray(np.swapaxes(picked, 0, 1))


def one_person(trial: KeypointTrial, mine: NDArray[np.bool_]) -> KeypointTrial:
    """The trial with one place for people, filled from the detections `mine` (C, F, P); empty where there is none."""
    everyone = np.arange(len(mine))[:, None]
    frames = np.arange(len(mine[0]))
    place = np.asarray(mine.argmax(axis=2))
    seen: NDArray[np.bool_] = np.logical_or.reduce(mine, axis=2)
    uv, confidence = trial.uv[everyone, frames, place], trial.confidence[everyone, frames, place]
    uv[~seen], confidence[~seen] = np.nan, 0.0
    return replace(trial, uv=uv[:, :, None], confidence=confidence[:, :, None])
