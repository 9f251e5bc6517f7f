"""Which of several people in a recorded movement the results are about."""

from dataclasses import replace

from geometry.rig import Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from reconstruct.tracking.subject import select_subject


def about_person(
    rig: Rig, recordings: tuple[Recording, ...], noise: PixelNoise, person: int | None
) -> tuple[Recording, ...]:
    """The recordings with the movement of one person alone; None leaves the choice to who stands in the middle.

    Raises
    ------
    ReconstructError : nobody in the movement has that number
    """
    if person is None:
        return recordings
    return tuple(
        replace(one, keypoints=select_subject(one.keypoints, rig, noise, person))
        if one.purpose is Purpose.MOVEMENT
        else one
        for one in recordings
    )
