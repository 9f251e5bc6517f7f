"""The one entry to recorded tags: a `tags.csv`, or what a node recorded."""

from collections.abc import Sequence
from pathlib import Path

from capture.camera_match import natural_key
from capture.keypoint_files.tags import SIGHTINGS_FILE, TagPlates, TagTrial, read_tag_trial
from capture.recording.keypoint_log import SUFFIX
from capture.recording.recorded_tags import read_recorded_tags


def read_tags(folder: Path, plates: TagPlates, cameras: Sequence[str], frames: int) -> TagTrial | None:
    """Sightings of the plates over the frames of the folder's keypoint trial; None where nothing looked for tags.

    Raises
    ------
    CaptureError : a file cannot be read or does not fit the trial
    """
    if (folder / SIGHTINGS_FILE).exists():
        return read_tag_trial(folder / SIGHTINGS_FILE, plates, cameras, frames)
    logs = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: natural_key(path.name))
    return read_recorded_tags(logs, plates, frames) if logs else None
