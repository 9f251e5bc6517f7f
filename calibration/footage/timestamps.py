"""timestamps.csv: when each frame of each camera was taken.

Two layouts are read: `camera,frame,time_s`, and Caliscope's `sync_index,cam_id,frame_index,frame_time` (`port` in its
older files), which also says which frames were counted as simultaneous.
"""

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from calibration.errors import CalibrationError
from calibration.footage.folder import name_key, natural_order

_LAYOUTS = (
    ("camera", "frame", "time_s"),
    ("cam_id", "frame_index", "frame_time"),
    ("port", "frame_index", "frame_time"),
)


@dataclass(frozen=True)
class FrameTime:
    """When frame `frame` was taken; `group` numbers the simultaneous frames where the file says so, else -1."""

    frame: int
    time_s: float
    group: int


class Timestamps(NamedTuple):
    """Times of each camera's frames by ascending frame, and what a user should know about whose they are."""

    of_camera: dict[str, list[FrameTime]]
    notices: tuple[str, ...] = ()


def read_timestamps(path: Path, cameras: list[str]) -> Timestamps:
    """Times of every camera's frames; `cameras` in their natural order."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            rows = list(reader)
            layout = _layout(path, reader.fieldnames)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CalibrationError(f"{path}: cannot be read ({error})") from error
    names = sorted({row[layout[0]] or "" for row in rows}, key=natural_order)
    owner, notices = _owners(path, names, cameras)
    times: dict[str, list[FrameTime]] = {name: [] for name in cameras}
    for line, row in enumerate(rows, start=2):
        camera = owner.get(row[layout[0]] or "")
        if camera is not None:
            times[camera].append(_frame_time(path, line, row, layout))
    for camera, frames in times.items():
        if not frames:
            raise CalibrationError(f"{path}: has no times for camera '{camera}'; it has {', '.join(names)}")
        frames.sort(key=lambda frame: frame.frame)
    return Timestamps(times, notices)


def _layout(path: Path, columns: Sequence[str] | None) -> tuple[str, str, str]:
    present = list(columns or [])
    for layout in _LAYOUTS:
        if set(layout) <= set(present):
            return layout
    raise CalibrationError(
        f"{path}: has columns {','.join(present) or 'none'}; wanted camera,frame,time_s "
        "or sync_index,cam_id,frame_index,frame_time"
    )


def _owners(path: Path, names: list[str], cameras: list[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Camera that each name in the file means: the same name, the same number, or the same place in the order."""
    by_key = {name_key(camera): camera for camera in cameras}
    same = {name: by_key[name_key(name)] for name in names if name_key(name) in by_key}
    if same or not all(name.strip().isdigit() for name in names):
        return same, ()
    numbered = {name: _ending_in(path, int(name), cameras) for name in names}
    owned = {name: camera for name, camera in numbered.items() if camera is not None}
    if len(owned) == len(cameras) or len(names) != len(cameras):
        return owned, ()
    in_order = dict(zip(names, cameras, strict=True))
    listed = ", ".join(f"{name} = {camera}" for name, camera in in_order.items())
    return in_order, (f"{path.name}: its camera numbers were taken in sorted order: {listed}",)


def _ending_in(path: Path, number: int, cameras: list[str]) -> str | None:
    ending = [camera for camera in cameras if _last_number(camera) == number]
    if len(ending) > 1:
        raise CalibrationError(f"{path}: camera {number} could be {' or '.join(ending)}; use the cameras' full names")
    return ending[0] if ending else None


def _last_number(name: str) -> int | None:
    digits = re.findall(r"\d+", name)
    return int(digits[-1]) if digits else None


def _frame_time(path: Path, line: int, row: dict[str, str], layout: tuple[str, str, str]) -> FrameTime:
    try:
        frame, time_s = int(row[layout[1]]), float(row[layout[2]])
        group = int(row["sync_index"]) if row.get("sync_index") else -1
    except (TypeError, ValueError):
        raise CalibrationError(f"{path}: line {line} does not hold a frame number and a time in seconds") from None
    if not math.isfinite(time_s):
        raise CalibrationError(f"{path}: line {line} has time {time_s}, not a number of seconds")
    return FrameTime(frame, time_s, group)
