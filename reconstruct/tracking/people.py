"""Everybody in a recorded trial: which detections of which views are the same person, through the whole trial."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.kernels import track_people as kernels
from reconstruct.kernels.followed import fill_identity, fill_pieces, fill_sighted
from reconstruct.medians import quantile
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.detections import FOLLOWED, Detections, detections
from reconstruct.tracking.pieces import add_pieces, piece_of
from reconstruct.tracking.sightings import Sighting, describe, same_people

Array = NDArray[np.float64]

_TORSO = ("LShoulder", "RShoulder", "LHip", "RHip")
_TORSO_M = (0.2, 0.9)
"""Torsos from a small child's to the tallest adult's, give or take detector bias."""
_MOST_PEOPLE = 64
_FIRM_VIEWS, _STRAGGLES_S = 1.5, 0.5
"""Views a frame, on average over this time, that make a sighting more than the remains of one."""


@dataclass(frozen=True, eq=False)
class PeopleTracks:
    """Who is who.

    Attributes
    ----------
    identity : (C, F, P) number of the person that a detection shows, `piece_of` it for one more detection of a person
        who has one in this view, -1 for nobody followed
    sightings : where and how everybody was seen, by number; these count up from 0 in the order of appearance
    """

    identity: NDArray[np.int64]
    sightings: tuple[Sighting, ...]

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.sightings)


def anatomy() -> kernels.Anatomy:
    """What the joints `FOLLOWED` are."""
    torso = np.array([FOLLOWED.index(name) for name in _TORSO])
    return kernels.Anatomy(torso, np.array(_TORSO_M))


def nobody() -> kernels.People:
    """Room for people, all of it free."""
    joints = len(FOLLOWED)
    return kernels.People(
        identity=np.full(_MOST_PEOPLE, -1),
        position=np.full((_MOST_PEOPLE, 3, joints), np.nan),
        velocity=np.zeros((_MOST_PEOPLE, 3, joints)),
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
    seen = detections(trial, rig, noise)
    times = seen.instants.time_s
    found, people = np.empty(seen.sd.shape, dtype=np.int64), nobody()
    kernels.track_people(rig.arrays, people, anatomy(), seen.xy, seen.sd, np.diff(times, prepend=times[0]), found)
    window = _straggling_window(times)
    sighted, number = _sighted(found, window)
    _drop_straggling(sighted, window)
    there = np.logical_or.reduce(sighted >= 0, axis=(1, 2))
    sighted, number = sighted[there], number[there]
    person, sightings = _stitched(seen, rig, sighted)
    person_of = np.full(int(found.max(initial=0)) + 1, -1)
    person_of[number] = person
    identity = np.full(trial.confidence.shape[:3], -1)
    fill_identity(sighted, person, seen.instants.frame, identity)
    fill_pieces(found, person_of, seen.instants.frame, identity)
    return PeopleTracks(identity, sightings)


def _straggling_window(time_s: Array) -> int:
    """How many instants `_STRAGGLES_S` are, of those that there are."""
    period = quantile(np.diff(time_s), 0.5) if len(time_s) > 1 else _STRAGGLES_S
    return min(max(1, round(_STRAGGLES_S / period)), len(time_s))


def _sighted(found: NDArray[np.int64], window: int) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """(N, G, C) the place in which a camera shows a sighting, -1 for none; (N,) the number it has in `found` (G, C, P).

    Of sightings long enough to be firm somewhere; of all where none is.
    """
    count = np.bincount(found[found >= 0])
    kept = np.flatnonzero(count >= _FIRM_VIEWS * window)
    kept = kept if kept.size else np.flatnonzero(count)
    number = np.full(len(count) + 1, -1)  # the last place is for -1, nobody
    number[kept] = np.arange(len(kept))
    sighted = np.empty((len(kept), *found.shape[:2]), dtype=np.int16)
    fill_sighted(number[np.maximum(found, -1)], sighted)
    return sighted, kept


def _drop_straggling(sighted: NDArray[np.int16], window: int) -> None:
    """Leave out of sightings (N, G, C), in place, what hardly more than one view shows: how they end, or all of one.

    Where nobody is seen any better, everything stays.
    """
    mean = np.full(window, 1.0 / window)
    views = np.add.reduce(sighted >= 0, axis=2)
    firm = [np.flatnonzero(np.convolve(each, mean, mode="same") >= _FIRM_VIEWS) for each in views]
    if not any(each.size for each in firm):
        return
    for one, its_firm in zip(sighted, firm, strict=True):
        last = int(its_firm[-1]) if its_firm.size else -window
        one[max(last + window // 2 + 1, 0) :] = -1


def _stitched(seen: Detections, rig: Rig, sighted: NDArray[np.int16]) -> tuple[NDArray[np.int64], tuple[Sighting, ...]]:
    """Number of the person (N,) of the uninterrupted sightings (N, G, C), and what is known of each person."""
    described = [describe(seen, each, rig) for each in sighted]
    person = same_people(described, seen)
    whole: list[Sighting] = []
    for number in range(max(person, default=-1) + 1):
        its = [i for i, who in enumerate(person) if who == number]
        whole.append(described[its[0]] if len(its) == 1 else describe(seen, sighted[its].max(axis=0), rig))
    return np.array(person, dtype=np.int64), tuple(whole)


def one_person(trial: KeypointTrial, tracks: PeopleTracks, number: int) -> KeypointTrial:
    """The trial with one place for people, filled by the person of this number; empty where that person is not seen."""
    mine = tracks.identity == number
    everyone = np.arange(len(mine))[:, None]
    frames = np.arange(len(mine[0]))
    place = np.asarray(mine.argmax(axis=2))
    seen: NDArray[np.bool_] = np.logical_or.reduce(mine, axis=2)
    uv, confidence = trial.uv[everyone, frames, place], trial.confidence[everyone, frames, place]
    uv[~seen], confidence[~seen] = np.nan, 0.0
    pieces = tracks.identity == piece_of(number)
    if pieces.any():
        add_pieces(uv, confidence, trial, pieces)
    return replace(trial, uv=uv[:, :, None], confidence=confidence[:, :, None])
