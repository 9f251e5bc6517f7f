"""Whom a trial is about: who is in the middle of the volume and in most views, or who is asked for; nobody else."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.people import PeopleTracks, one_person, track_people

Array = NDArray[np.float64]

_HOLD = 1e-9
"""Pull towards the origin, beside that of an axis: where all axes are parallel it decides."""


def volume_middle(rig: Rig) -> tuple[Array, float]:
    """Point nearest to all optical axes (3,), metres, and half its distance from the nearest camera."""
    R, t = rig.arrays.R, rig.arrays.t
    axes, centres = R[:, 2], -np.matmul(t[:, None], R)[:, 0]
    across = (len(rig) + _HOLD) * np.eye(3) - axes.T @ axes
    towards = centres.sum(axis=0) - (axes * centres).sum(axis=1) @ axes
    middle = np.asarray(np.linalg.solve(across, towards), dtype=np.float64)
    away = centres - middle
    return middle, math.sqrt((away * away).sum(axis=1).min()) / 2.0


def presence(rig: Rig, tracks: PeopleTracks) -> Array:
    """(people,) views times instants in which each person is seen, less the farther from the middle of the volume."""
    middle, radius = volume_middle(rig)
    scores = np.zeros(tracks.people)
    for number, sighting in enumerate(tracks.sightings):
        away = (sighting.middle - middle) / radius
        weight = 1.0 / (1.0 + (away * away).sum(axis=1))
        weight[np.isnan(weight)] = 0.0
        scores[number] = sighting.instants * float(sighting.views @ weight) / len(weight)
    return scores


def everybody(trial: KeypointTrial, rig: Rig, noise: PixelNoise) -> PeopleTracks:
    """Everybody in a trial; ReconstructError where nobody is seen by two cameras at once."""
    tracks = track_people(trial, rig, noise)
    if not tracks.people:
        raise ReconstructError("nobody is seen by two cameras at once; check that rig and keypoints belong together")
    return tracks


def select_subject(trial: KeypointTrial, rig: Rig, noise: PixelNoise) -> KeypointTrial:
    """The trial, with one place for people, of the person in the middle of the volume alone.

    Parameters
    ----------
    trial : with any number of people per view
    rig : its cameras, in the same order
    noise : of the detector

    Raises
    ------
    ReconstructError : nobody is seen by two cameras at once
    """
    ((_, person),) = select_central(trial, rig, noise, 1).items()
    return person


def select_central(trial: KeypointTrial, rig: Rig, noise: PixelNoise, count: int) -> dict[int, KeypointTrial]:
    """The trials of so many people who are most in the middle of the volume, by their numbers; arguments as above.

    Raises
    ------
    ReconstructError : fewer people are seen by two cameras at once
    """
    tracks = everybody(trial, rig, noise)
    if count > tracks.people:
        raise ReconstructError(f"{count} people are asked for, the trial shows {tracks.people}; ask for fewer")
    order = np.argsort(-presence(rig, tracks), kind="stable")
    return _people(trial, tracks, sorted(order[:count].tolist()))


def select_numbered(
    trial: KeypointTrial, rig: Rig, noise: PixelNoise, numbers: Sequence[int]
) -> dict[int, KeypointTrial]:
    """The trials of the people who have these numbers in `track_people`; arguments as above.

    Raises
    ------
    ReconstructError : nobody has one of the numbers
    """
    tracks = everybody(trial, rig, noise)
    if strangers := [number for number in numbers if not 0 <= number < tracks.people]:
        raise ReconstructError(f"person {strangers[0]} is not in the trial; there are 0 to {tracks.people - 1}")
    return _people(trial, tracks, numbers)


def _people(trial: KeypointTrial, tracks: PeopleTracks, numbers: Sequence[int]) -> dict[int, KeypointTrial]:
    return {number: one_person(trial, tracks, number) for number in numbers}
