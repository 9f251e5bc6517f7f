"""Capture times of cameras that are not synchronised: `camera,frame,time_s`, one row per frame.

The columns `cam_id,frame_index,frame_time` (with a `sync_index` that is not used) mean the same.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.camera_match import match_cameras
from capture.errors import CaptureError
from capture.keypoint_files.tracks import times_on_slots
from capture.types import Array

FILE_NAME = "timestamps.csv"
CAMERA_SUFFIX = ".timestamps.csv"
_LAYOUTS = (("camera", "frame", "time_s"), ("cam_id", "frame_index", "frame_time"))


@dataclass(frozen=True, eq=False)
class CameraTimes:
    """Frame numbers (n,) of one camera, ascending, and their capture times (n,) in seconds on a common clock."""

    numbers: NDArray[np.int64]
    time_s: Array


def times_in(folder: Path) -> dict[str, CameraTimes]:
    """Times of every camera from `timestamps.csv` and `<camera>.timestamps.csv` of a folder; empty without them."""
    paths = [folder / FILE_NAME] if (folder / FILE_NAME).exists() else []
    paths += sorted(folder.glob(f"*{CAMERA_SUFFIX}"))
    return {camera: times for path in paths for camera, times in read_timestamps(path).items()}


def read_timestamps(path: Path) -> dict[str, CameraTimes]:
    """Times of every camera named in the file.

    Raises
    ------
    CaptureError : the file cannot be read, lacks a column, holds a value that is no number, or time stands still
    """
    times: dict[str, list[tuple[int, float]]] = {}
    for line, (camera, number, time_s) in enumerate(_rows(path), start=2):
        try:
            times.setdefault(camera, []).append((int(number), float(time_s)))
        except ValueError:
            raise CaptureError(
                f"{path}: line {line}: frame '{number}', time '{time_s}' are not a whole number and seconds"
            ) from None
    if not times:
        raise CaptureError(f"{path}: holds no times")
    return {camera: _camera_times(path, camera, rows) for camera, rows in times.items()}


def lay_out_times(
    folder: Path, times: Mapping[str, CameraTimes], cameras: Sequence[str], numbers: NDArray[np.int64]
) -> tuple[Array, tuple[str, ...]]:
    """Times (C, F) for frame `numbers` (C, F; -1 where a camera has no frame), and notices on how cameras matched.

    Rows are found by frame number, or by position where the file counts frames in its own way.  Slots without a
    frame get the time at which it would have been captured.
    """
    match = match_cameras(tuple(times), cameras)
    by_camera = dict(zip(match.names, times.values(), strict=True))
    if missing := [camera for camera in cameras if camera not in by_camera]:
        raise CaptureError(f"{folder}: the timestamps hold none for camera '{missing[0]}'; it has {', '.join(times)}")
    rows: list[Array] = []
    for camera, row in zip(cameras, numbers, strict=True):
        slots = np.flatnonzero(row >= 0)
        known = _known_times(folder, camera, by_camera[camera], row[slots])
        rows.append(times_on_slots(slots, known, len(row)))
    return np.stack(rows), match.notices


def _rows(path: Path) -> list[tuple[str, str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            header = table.fieldnames or []
            for layout in _LAYOUTS:
                if set(layout) <= set(header):
                    return [(row[layout[0]] or "", row[layout[1]] or "", row[layout[2]] or "") for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CaptureError(f"{path}: cannot be read ({error})") from None
    raise CaptureError(f"{path}: has columns {', '.join(header)}; it needs {' or '.join(map(','.join, _LAYOUTS))}")


def _camera_times(path: Path, camera: str, rows: list[tuple[int, float]]) -> CameraTimes:
    rows = sorted(rows)
    numbers = np.array([number for number, _ in rows])
    time_s = np.array([time for _, time in rows])
    forward = (np.diff(time_s, prepend=-np.inf) > 0) & (np.diff(numbers, prepend=numbers[0] - 1) > 0)
    if not forward.all():
        frame = numbers[int(np.argmin(forward))]
        raise CaptureError(
            f"{path}: camera '{camera}': time does not advance at frame {frame}; every frame needs its own"
        )
    return CameraTimes(numbers, time_s)


def _known_times(folder: Path, camera: str, times: CameraTimes, wanted: NDArray[np.int64]) -> Array:
    place = np.searchsorted(times.numbers, wanted).clip(max=len(times.numbers) - 1)
    lacking = wanted[times.numbers[place] != wanted]
    if len(lacking) == 0:
        return times.time_s[place]
    if len(times.numbers) == len(wanted):
        return times.time_s
    raise CaptureError(
        f"{folder}: camera '{camera}' has {len(wanted)} frames but {len(times.numbers)} times; "
        f"frame {lacking[0]} has none"
    )
