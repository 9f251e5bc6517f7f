"""What a hub does before the first frame: learn the subjects, and have every kernel compiled."""

import gc
from collections.abc import Callable, Sequence

from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.live import LiveReconstructor, Subject, average_subject, subject_of
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from valgus.live.first_start import compiling_together
from valgus.live.person import KnownSubject, Person, keypoints_of
from valgus.live.rehearsal import rehearse_all, rehearse_cleaning


def reconstructor_of(rig: Rig, person: Person, tell: Callable[[str], None]) -> LiveReconstructor:
    """A reconstructor for one person, known from a static trial or still unknown; `tell` hears of long waits."""
    (reconstructor,) = reconstructors_of(rig, [KnownSubject(person)], tell)
    return reconstructor


def reconstructors_of(
    rig: Rig, subjects: Sequence[KnownSubject], tell: Callable[[str], None]
) -> tuple[LiveReconstructor, ...]:
    """A reconstructor for every subject, with a body of its own; `tell` hears of long waits."""
    keypoints = keypoints_of(subjects[0].person)
    noise = noise_profile(keypoints)
    with compiling_together(tell) as wait_for_helper:
        rehearse_cleaning()
        learned = [_learned(rig, subject, noise) for subject in subjects]
        wait_for_helper()
        rehearse_all()
    # What is loaded by now stays: the garbage collector need not go through it again while somebody moves.
    gc.collect()
    gc.freeze()
    return tuple(LiveReconstructor(rig, keypoints, noise, subject) for subject in learned)


def _learned(rig: Rig, subject: KnownSubject, noise: PixelNoise) -> Subject:
    if not isinstance(subject.person, KeypointTrial):
        return average_subject(rig, noise)
    static = Recording(Purpose.STATIC, subject.person, subject.tags)
    return subject_of(reconstruct_session(rig, [static], noise).session[-1], subject.plates)
