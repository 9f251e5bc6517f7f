"""Which frames of different cameras show the same instant, and when each was taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.footage.clips import Clip
from calibration.footage.folder import natural_order
from calibration.footage.pictures import PictureClip
from calibration.footage.timestamps import FrameTime, read_timestamps

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


TIMESTAMPS = ("timestamps.csv", "frame_time_history.csv")
"""Names that the file of times goes by; the second is older Caliscope's."""


@dataclass(frozen=True, eq=False)
class FrameClock:
    """Frames of one camera: `number` (n,), the `instant` (n,) that each is counted to, `time_s` (n,)."""

    number: Ints
    instant: Ints
    time_s: Array


@dataclass(frozen=True, eq=False)
class Pairing:
    """Frames of all cameras on common instants.

    `timed` says whether `time_s` are real times on one clock (timestamps.csv) or the frames are taken as simultaneous.
    """

    clocks: Mapping[str, FrameClock]
    timed: bool
    notices: tuple[str, ...] = ()


def pair_frames(clips: Sequence[Clip], folder: Path) -> Pairing:
    """Instants from the file of times in the folder, else from equal frame numbers."""
    numbers = {clip.name: clip.numbers() for clip in clips}
    timestamps = next((folder / name for name in TIMESTAMPS if (folder / name).is_file()), None)
    if timestamps is None:
        return _paired_by_number(clips, numbers, folder)
    return _paired_by_file(timestamps, numbers)


def _paired_by_file(path: Path, numbers: dict[str, list[int]]) -> Pairing:
    times = read_timestamps(path, sorted(numbers, key=natural_order))
    timed: dict[str, list[int]] = {}
    of_frames: dict[str, list[FrameTime]] = {}
    notices = list(times.notices)
    for name, frames in numbers.items():
        listed = _counted_from_zero(frames, times.of_camera[name])
        timed[name] = _with_a_time(frames, listed)
        of_frames[name] = _times_of(path, name, timed[name], listed)
        notices += _unequal(path, name, frames, timed[name], listed)
    return replace(_paired_by_time(timed, of_frames), notices=tuple(notices))


def _unequal(path: Path, name: str, frames: list[int], timed: list[int], listed: list[FrameTime]) -> list[str]:
    """What to know when footage and file do not have the same frames."""
    if left_out := len(frames) - len(timed):
        return [f"{path.name}: has no time for {left_out} frames of camera '{name}'; they were left out"]
    if len(listed) > len(frames) and frames == list(range(len(frames))):
        return [
            f"{path.name}: lists {len(listed)} frames of camera '{name}' but its footage has {len(frames)}; the last "
            "ones were taken for the missing ones"
        ]
    return []


def _paired_by_number(clips: Sequence[Clip], numbers: dict[str, list[int]], folder: Path) -> Pairing:
    counts = {name: len(of_camera) for name, of_camera in numbers.items()}
    same_count = len(set(counts.values())) == 1
    if all(isinstance(clip, PictureClip) for clip in clips):
        common = _common(list(numbers.values()))
        if 2 * len(common) < min(counts.values()) and same_count:
            numbers_are_instants = False
        elif common:
            numbers_are_instants = True
        else:
            raise CalibrationError(_cannot_pair(folder, counts))
    elif same_count:
        numbers_are_instants = False
    else:
        raise CalibrationError(_cannot_pair(folder, counts))
    clocks: dict[str, FrameClock] = {}
    for name, of_camera in numbers.items():
        instant = np.array(of_camera if numbers_are_instants else range(len(of_camera)), dtype=np.int64)
        clocks[name] = FrameClock(np.array(of_camera, dtype=np.int64), instant, np.full(len(of_camera), np.nan))
    gaps = {name: count for name, count in counts.items() if count < max(counts.values())}
    notices = tuple(
        f"camera '{name}' has {count} pictures of {max(counts.values())}; they are paired by the number in their names"
        for name, count in gaps.items()
    )
    return Pairing(clocks, timed=False, notices=notices)


def _common(numbers: list[list[int]]) -> set[int]:
    common = set(numbers[0])
    for of_camera in numbers[1:]:
        common &= set(of_camera)
    return common


def _cannot_pair(folder: Path, counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return (
        f"{folder}: the cameras have different frame counts ({listed}), so frames cannot be paired; "
        "add timestamps.csv (camera,frame,time_s) or cut the footage to the same frames"
    )


def _counted_from_zero(numbers: list[int], times: list[FrameTime]) -> list[FrameTime]:
    """Times numbered as the clip's frames, where the file counts equally many from another number and misses some."""
    first = times[0].frame
    span = times[-1].frame - first + 1
    if numbers != list(range(span)) or len(times) == span:
        return times
    return [replace(time, frame=time.frame - first) for time in times]


def _with_a_time(numbers: list[int], times: list[FrameTime]) -> list[int]:
    """Frames of a clip that the file lists, if it lists nearly all of them and no others; else all."""
    listed = {time.frame for time in times}
    some = len(listed) < len(numbers) and 4 * len(listed) >= 3 * len(numbers) and listed <= set(numbers)
    return [number for number in numbers if number in listed] if some else numbers


def _times_of(path: Path, camera: str, numbers: list[int], times: list[FrameTime]) -> list[FrameTime]:
    """Time of each frame of a clip: by frame number, or in order when file and clip have equally many.

    A selection of numbered pictures may come with the times of all: then numbers count the file's rows from 0.
    """
    by_number = {time.frame: time for time in times}
    if all(number in by_number for number in numbers):
        return [by_number[number] for number in numbers]
    if len(numbers) == len(times):
        return times
    if min(numbers) >= 0 and max(numbers) < len(times):
        return [times[number] for number in numbers]
    raise CalibrationError(
        f"{path}: lists {len(times)} frames of camera '{camera}' but its footage has {len(numbers)}; "
        "give one row per frame"
    )


def _paired_by_time(numbers: dict[str, list[int]], times: dict[str, list[FrameTime]]) -> Pairing:
    grouped = all(frame.group >= 0 for frames in times.values() for frame in frames)
    seconds = {name: np.array([frame.time_s for frame in frames]) for name, frames in times.items()}
    if grouped:
        instants = {name: np.array([frame.group for frame in frames]) for name, frames in times.items()}
    else:
        instants = _nearest_instants(seconds)
    clocks = {
        name: FrameClock(np.array(numbers[name], dtype=np.int64), instants[name].astype(np.int64), seconds[name])
        for name in times
    }
    return Pairing(clocks, timed=True)


def _nearest_instants(seconds: Mapping[str, Array]) -> dict[str, Ints]:
    """Instant nearest to each frame, on the frames of the camera with the most; -1 where another frame is nearer."""
    reference = max(seconds.values(), key=len)
    period = float(np.median(np.diff(reference))) if len(reference) > 1 else np.inf
    return {name: _claimed(times, reference, 0.75 * period) for name, times in seconds.items()}


def _claimed(times: Array, reference: Array, reach_s: float) -> Ints:
    right = np.searchsorted(reference, times).clip(1, max(len(reference) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(reference) - 1)
    nearest = np.where(times - reference[left] <= reference[right] - times, left, right)
    distance = np.abs(times - reference[nearest])
    best = np.full(len(reference), np.inf)
    np.minimum.at(best, nearest, distance)
    return np.where((distance <= best[nearest]) & (distance <= reach_s), nearest, -1)
