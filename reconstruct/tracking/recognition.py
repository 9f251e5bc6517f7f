"""Who of a movement is who in another trial of the same session: by the lengths of the bones, which nobody changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.detections import detections
from reconstruct.tracking.people import one_person
from reconstruct.tracking.sightings import SAME_BODY, Sighting, body_difference, describe
from reconstruct.tracking.subject import everybody, presence

Array = NDArray[np.float64]


def recognise_one(person: KeypointTrial, elsewhere: KeypointTrial, rig: Rig, noise: PixelNoise) -> KeypointTrial:
    """The other trial, with one place for people, of this person alone.

    Of everybody who could be this person it is the one most in the middle of the volume; where nobody could, the one
    most in the middle of all.  A trial with one place for people is taken at its word.

    Parameters
    ----------
    person : the trial of one person
    elsewhere : another trial of the session, with any number of people per view
    rig : the cameras of both
    noise : of the detector

    Raises
    ------
    ReconstructError : nobody is seen by two cameras at once
    """
    if elsewhere.confidence.shape[2] == 1:
        return elsewhere
    tracks = everybody(elsewhere, rig, noise)
    alike = _differences([_described(person, rig, noise)], tracks.sightings)[0] <= SAME_BODY
    score = presence(rig, tracks)
    number = int(np.where(alike | ~alike.any(), score, -1.0).argmax())
    return one_person(elsewhere, tracks, number)


def recognise_all(
    people: Sequence[KeypointTrial], elsewhere: KeypointTrial, rig: Rig, noise: PixelNoise
) -> list[KeypointTrial | None]:
    """The other trial of every one of several people alone; None for whoever is not in it.

    Arguments and errors as of `recognise_one`.  Nobody in the other trial is taken for two people.
    """
    if elsewhere.confidence.shape[2] == 1:
        there, theirs = [elsewhere], [_described(elsewhere, rig, noise)]
    else:
        tracks = everybody(elsewhere, rig, noise)
        there = [one_person(elsewhere, tracks, number) for number in range(tracks.people)]
        theirs = tracks.sightings
    cost = _differences([_described(person, rig, noise) for person in people], theirs)
    found: list[KeypointTrial | None] = [None] * len(people)
    for row, column in zip(*linear_sum_assignment(np.minimum(cost, 1e3)), strict=True):
        if cost[row, column] <= SAME_BODY:
            found[int(row)] = there[int(column)]
    return found


def _differences(mine: Sequence[Sighting], theirs: Sequence[Sighting]) -> Array:
    """(mine, theirs) mean squared difference of bone lengths, in standard deviations."""
    return np.array([[body_difference(one, other) for other in theirs] for one in mine])


def _described(person: KeypointTrial, rig: Rig, noise: PixelNoise) -> Sighting:
    """The only person in a trial."""
    seen = detections(person, rig, noise)
    return describe(seen, np.where(np.isfinite(seen.sd[:, :, 0]), 0, -1).astype(np.int16), rig)
