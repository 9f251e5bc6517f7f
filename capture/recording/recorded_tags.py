"""A node's recorded tags, laid out like the keypoints of the same recording."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from capture.errors import CaptureError
from capture.keypoint_files.tags import TagPlates, TagTrial
from capture.recording.keypoint_log import read_tag_log
from capture.recording.recorded_trial import lay_out_recording
from capture.types import Tags2D


def read_recorded_tags(paths: Sequence[Path], plates: TagPlates, frames: int) -> TagTrial | None:
    """Tags of several cameras' logs over the frames of their trial; None where no node looked for any.

    Raises
    ------
    CaptureError : a file cannot be read, or the tags are of another dictionary than the plates
    """
    layout = lay_out_recording(paths)
    corners = np.full((len(paths), frames, len(plates.ids), 4, 2), np.nan)
    place_of = {tag: place for place, tag in enumerate(plates.ids)}
    looked = False
    for camera, path in enumerate(paths):
        times_ns = (view.time_ns for view in layout.views[camera])
        slot_of = dict(zip(times_ns, layout.slots[camera].tolist(), strict=True))
        for message in read_tag_log(path):
            looked = True
            _check(path, message.tags, plates)
            for tag, seen in zip(message.tags.ids, message.tags.corners, strict=True):
                if tag in place_of and message.tags.time_ns in slot_of:
                    corners[camera, slot_of[message.tags.time_ns], place_of[tag]] = seen
    cameras = tuple(views[0].camera for views in layout.views)
    return TagTrial(cameras, plates, corners) if looked else None


def _check(path: Path, tags: Tags2D, plates: TagPlates) -> None:
    if tags.dictionary != plates.dictionary:
        raise CaptureError(f"{path}: tags are of {tags.dictionary}, the plates of {plates.dictionary}; correct one")
