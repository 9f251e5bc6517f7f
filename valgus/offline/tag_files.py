"""Tag plates of a recorded session: `tags.toml` describes them, each trial's `tags.csv` says where they were seen."""

from collections.abc import Mapping
from pathlib import Path

from capture.keypoint_files.tags import (
    PLATES_FILE,
    SIGHTINGS_FILE,
    TagPlates,
    TagTrial,
    read_tag_plates,
    read_tag_trial,
)
from capture.types import KeypointTrial
from reconstruct.recording import Purpose, Recording
from valgus.offline.session_files import RecordedSession


def with_tags(session: RecordedSession, folders: Mapping[Purpose, Path]) -> tuple[Recording, ...]:
    """The session's trials with the tag plates seen in them.

    Parameters
    ----------
    folders : of the session's trials, in their order; the plates are described in the movement's
    """
    described = folders[Purpose.MOVEMENT] / PLATES_FILE
    plates = read_tag_plates(described) if described.exists() else None
    return tuple(
        Recording(purpose, trial, _tags(folder / SIGHTINGS_FILE, plates, trial))
        for (purpose, folder), trial in zip(folders.items(), session.trials, strict=True)
    )


def _tags(path: Path, plates: TagPlates | None, trial: KeypointTrial) -> TagTrial | None:
    if plates is None or not path.exists():
        return None
    return read_tag_trial(path, plates, trial.cameras, trial.frames)


def tag_notices(recordings: tuple[Recording, ...], folders: Mapping[Purpose, Path]) -> tuple[str, ...]:
    """What a user should know about the tags: strangers among them, sightings that nothing describes."""
    notices = [notice for recording in recordings if recording.tags for notice in recording.tags.notices]
    described = (folders[Purpose.MOVEMENT] / PLATES_FILE).exists()
    if not described and any((folder / SIGHTINGS_FILE).exists() for folder in folders.values()):
        notices.append(f"{SIGHTINGS_FILE} was left out: {folders[Purpose.MOVEMENT]} has no {PLATES_FILE}")
    return tuple(dict.fromkeys(notices))
