"""Whom a trial is about: the person in the middle of the volume whom most views see, and nobody else."""

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.people import PeopleTracks, one_person, track_people
from reconstruct.tracking.sightings import describe

Array = NDArray[np.float64]


def volume_middle(rig: Rig) -> tuple[Array, float]:
    """Point nearest to all optical axes (3,), metres, and half its distance from the nearest camera."""
    centres = np.array([camera.centre_world for camera in rig.cameras])
    axes = np.array([camera.viewing_direction_world for camera in rig.cameras])
    across: Array = np.eye(3) - axes[:, :, None] * axes[:, None, :]
    towards = np.einsum("cij,cj->i", across, centres)
    middle = np.asarray(np.linalg.pinv(np.einsum("cij->ij", across)) @ towards, dtype=np.float64)
    return middle, float(np.min(np.linalg.norm(centres - middle, axis=1))) / 2.0


def presence(trial: KeypointTrial, rig: Rig, tracks: PeopleTracks) -> Array:
    """(people,) views times frames in which each person is seen, less the farther from the middle of the volume."""
    middle, radius = volume_middle(rig)
    scores = np.zeros(tracks.people)
    for number in range(tracks.people):
        sighting = describe(one_person(trial, tracks.identity == number), rig)
        distance = np.linalg.norm(sighting.middle - middle, axis=1)
        weight = np.nan_to_num(1.0 / (1.0 + (distance / radius) ** 2))
        scores[number] = sighting.frames * float((sighting.views * weight).mean())
    return scores


def select_subject(trial: KeypointTrial, rig: Rig, noise: PixelNoise, identity: int | None = None) -> KeypointTrial:
    """The trial of one person alone.

    Parameters
    ----------
    trial : with any number of people per view
    rig : its cameras, in the same order
    noise : of the detector
    identity : number of the person as `track_people` counts, or None for the one in the middle of the volume

    Returns
    -------
    KeypointTrial with one place for people

    Raises
    ------
    ReconstructError : nobody is seen by two cameras at once, or nobody has that number
    """
    tracks = track_people(trial, rig, noise)
    if not tracks.people:
        raise ReconstructError("nobody is seen by two cameras at once; check that rig and keypoints belong together")
    if identity is None:
        identity = int(presence(trial, rig, tracks).argmax())
    elif not 0 <= identity < tracks.people:
        raise ReconstructError(f"person {identity} is not in the trial; there are 0 to {tracks.people - 1}")
    return one_person(trial, tracks.identity == identity)
