"""Tag plates of a session: `tags.toml` describes them, `tags.csv` or a recording says where they were seen."""

from collections.abc import Mapping
from pathlib import Path

from capture.keypoint_files.tag_trial import read_tags
from capture.keypoint_files.tags import PLATES_FILE, SIGHTINGS_FILE, read_tag_plates
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
        Recording(purpose, trial, read_tags(folder, plates, trial.cameras, trial.frames) if plates else None)
        for (purpose, folder), trial in zip(folders.items(), session.trials, strict=True)
    )


def tag_notices(recordings: tuple[Recording, ...], folders: Mapping[Purpose, Path]) -> tuple[str, ...]:
    """What a user should know about the tags: strangers among them, sightings that nothing describes."""
    notices = [notice for recording in recordings if recording.tags for notice in recording.tags.notices]
    described = (folders[Purpose.MOVEMENT] / PLATES_FILE).exists()
    if not described and any((folder / SIGHTINGS_FILE).exists() for folder in folders.values()):
        notices.append(f"{SIGHTINGS_FILE} was left out: {folders[Purpose.MOVEMENT]} has no {PLATES_FILE}")
    return tuple(dict.fromkeys(notices))
