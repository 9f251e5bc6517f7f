"""What a hub does before the first frame: learn the person, and have every kernel compiled."""

import gc
from collections.abc import Callable

from capture.keypoint_files.tags import TagTrial
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.live import LiveReconstructor, Subject, average_subject, subject_of
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from valgus.live.first_start import compiling_together
from valgus.live.person import Person, keypoints_of
from valgus.live.rehearsal import rehearse_all, rehearse_cleaning


def reconstructor_of(
    rig: Rig, person: Person, tell: Callable[[str], None], tags: TagTrial | None = None
) -> LiveReconstructor:
    """A reconstructor for this person, known from a static trial (where `tags` were seen) or still unknown.

    `tell` hears of long waits.
    """
    keypoints = keypoints_of(person)
    noise = noise_profile(keypoints)
    with compiling_together(tell) as wait_for_helper:
        rehearse_cleaning()
        subject = _subject(rig, person, noise, tags)
        wait_for_helper()
        rehearse_all()
    # What is loaded by now stays: the garbage collector need not go through it again while somebody moves.
    gc.collect()
    gc.freeze()
    return LiveReconstructor(rig, keypoints, noise, subject)


def _subject(rig: Rig, person: Person, noise: PixelNoise, tags: TagTrial | None) -> Subject:
    if not isinstance(person, KeypointTrial):
        return average_subject(rig, noise)
    static = Recording(Purpose.STATIC, person, tags)
    learned = reconstruct_session(rig, [static], noise).session[-1]
    return subject_of(learned, None if tags is None else tags.plates)
