"""`[recording]` of a node's configuration."""

import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec

from capture.errors import CaptureError
from capture.keypoint_sender import TimeTranslator
from capture.recording.disk_guard import DiskGuard, DiskLimits
from capture.recording.faces import HiddenFaces, Unchanged
from capture.recording.keeper import Keeper, OpenKeeper
from capture.recording.recorder import Recorder
from capture.recording.video_writer import Codec

Gigabytes = Annotated[float, msgspec.Meta(ge=0)]
_GB = 1e9


class RecordingTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where and how to record; every run gets a folder of its own, named by the time at which it began.

    `hide_faces` makes faces unrecognisable before a frame is written.
    """

    folder: str
    codec: Codec = "h264"
    warn_below_gb: Gigabytes = 20.0
    stop_below_gb: Gigabytes = 2.0
    hide_faces: bool = False


def open_recording(table: RecordingTable, cameras: list[str], beside: Sequence[Path] = ()) -> dict[str, OpenKeeper]:
    """Make the folder of a new run and copy the files `beside` into it; returns what opens each camera's recording.

    Raises
    ------
    CaptureError : the folder cannot be made, or its disk is too full to begin
    """
    folder = Path(table.folder) / time.strftime("%Y%m%d-%H%M%S")
    try:
        folder.mkdir(parents=True)
        for path in beside:
            shutil.copyfile(path, folder / path.name)
    except OSError as error:
        raise CaptureError(f"{folder}: cannot be made for the recording ({error.strerror})") from None
    guard = DiskGuard(folder, DiskLimits(warn=table.warn_below_gb * _GB, stop=table.stop_below_gb * _GB))
    if guard.must_stop:
        raise CaptureError(guard.notice)
    return {camera: partial(_open, folder, camera, table, guard) for camera in cameras}


def _open(folder: Path, camera: str, table: RecordingTable, guard: DiskGuard, times: TimeTranslator) -> Keeper:
    return Recorder(folder, camera, table.codec, times, guard, HiddenFaces() if table.hide_faces else Unchanged())
