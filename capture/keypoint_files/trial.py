"""The one entry to recorded keypoints: a folder in any of the known layouts becomes a `KeypointTrial`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from capture.camera_match import natural_key
from capture.errors import CaptureError
from capture.keypoint_files import keypoints_npz, openpose_json, timestamps_csv
from capture.keypoint_files.timestamps_csv import CameraTimes
from capture.keypoint_files.tracks import align_tracks
from capture.keypoint_sets import KEYPOINT_SETS, KeypointSet, keypoint_set
from capture.recording.keypoint_log import SUFFIX
from capture.recording.recorded_trial import read_recorded_trial
from capture.types import Array, KeypointTrial

SYNCHRONISED_WITHIN_S = 1e-4
_Scalar = TypeVar("_Scalar", bound=np.generic)
_RATE_DISAGREES = 0.05


@dataclass(frozen=True, eq=False)
class _Recording:
    """Keypoints of a folder before they have times of their own; `numbers` (C, F) is -1 where a frame is absent."""

    cameras: tuple[str, ...]
    keypoint_set: KeypointSet
    uv: Array
    confidence: Array
    numbers: NDArray[np.int64]
    time_s: Array | None
    notices: tuple[str, ...]


def read_keypoint_trial(folder: Path, keypoint_set_name: str | None, fps: float | None) -> KeypointTrial:
    """Read a trial from folders of OpenPose JSON (`cam01_json/` ...), `keypoints.npz` or a node's `<camera>.keypoints`.

    `timestamps.csv` in the same folder gives every frame its own time; without it the times of `keypoints.npz`
    hold, else `fps` does.  JSON without any time falls back to a `keypoints.npz` beside it.

    Parameters
    ----------
    folder : what to read
    keypoint_set_name : how points are ordered; None tells it from their number where only one set has that many
    fps : frames per second of recordings that carry no times

    Returns
    -------
    KeypointTrial with P >= 1 places for people, all empty where nobody was seen

    Raises
    ------
    CaptureError : nothing to read, damaged files, another keypoint set, or no way to tell the time
    """
    if not folder.is_dir():
        raise CaptureError(f"{folder}: no such folder; give the folder that holds the keypoints")
    if fps is not None and not 0 < fps < np.inf:
        raise CaptureError(f"--fps {fps:g}: frames per second must be a positive number")
    json_folders, npz = openpose_json.camera_folders(folder), folder / keypoints_npz.FILE_NAME
    logs = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: natural_key(path.name))
    if logs and not json_folders and not npz.exists():
        return read_recorded_trial(logs)
    if not json_folders and not npz.exists():
        raise CaptureError(f"{folder}: holds neither folders of OpenPose JSON (cam01_json/ ...) nor keypoints.npz")
    times = timestamps_csv.times_in(folder)
    timeless = fps is None and not times
    if npz.exists() and (timeless or not json_folders):
        return _with_times(folder, _read_npz(npz, keypoint_set_name), times, fps)
    if timeless:
        raise CaptureError(f"{folder}: OpenPose JSON carries no times; give --fps, or put a timestamps.csv beside it")
    return _with_times(folder, _read_json(folder, json_folders, keypoint_set_name), times, fps)


def _read_json(folder: Path, json_folders: list[Path], set_name: str | None) -> _Recording:
    if set_name is None:
        points = _only_set_of_size(folder, openpose_json.keypoints_per_person(json_folders))
    else:
        points = keypoint_set(set_name)
    tracks = align_tracks([openpose_json.read_camera(camera, len(points)) for camera in json_folders])
    return _Recording(tracks.cameras, points, tracks.uv, tracks.confidence, tracks.numbers, None, tracks.notices)


def _read_npz(path: Path, set_name: str | None) -> _Recording:
    arrays = keypoints_npz.read_keypoints_npz(path)
    count = arrays.uv.shape[3]
    points = _only_set_of_size(path, count) if set_name is None else keypoint_set(set_name)
    if len(points) != count:
        raise CaptureError(f"{path}: {count} keypoints where {points.name} has {len(points)}; choose --keypoint-set")
    numbers = _for_each(arrays.cameras, np.arange(arrays.uv.shape[1], dtype=np.int64))
    return _Recording(arrays.cameras, points, arrays.uv, arrays.confidence, numbers, arrays.time_s, ())


def _for_each(cameras: tuple[str, ...], row: NDArray[_Scalar]) -> NDArray[_Scalar]:
    return np.stack([row] * len(cameras))


def _only_set_of_size(where: Path, count: int) -> KeypointSet:
    if count == 0:
        raise CaptureError(f"{where}: nobody is seen in any frame of any camera")
    fitting = [candidate for candidate in KEYPOINT_SETS.values() if len(candidate) == count]
    if len(fitting) == 1:
        return fitting[0]
    choices = ", ".join(candidate.name for candidate in fitting) or ", ".join(KEYPOINT_SETS)
    raise CaptureError(f"{where}: people have {count} keypoints; give --keypoint-set, one of {choices}")


def _with_times(
    folder: Path, recording: _Recording, times: Mapping[str, CameraTimes], fps: float | None
) -> KeypointTrial:
    notices = recording.notices
    if times:
        time_s, matched = timestamps_csv.lay_out_times(folder, times, recording.cameras, recording.numbers)
        notices = (*notices, *matched, *_rate_notices(time_s, fps))
    elif recording.time_s is not None:
        time_s = recording.time_s
        notices = (*notices, *_rate_notices(time_s, fps))
    elif fps is not None:
        time_s = _for_each(recording.cameras, np.arange(recording.uv.shape[1], dtype=np.float64) / fps)
    else:
        raise CaptureError(f"{folder}: carries no times; give --fps, or put a timestamps.csv beside it")
    return KeypointTrial(
        cameras=recording.cameras,
        keypoint_set=recording.keypoint_set,
        uv=recording.uv,
        confidence=recording.confidence,
        time_s=time_s,
        image_sizes=(None,) * len(recording.cameras),
        synchronised=bool((time_s.max(axis=0) - time_s.min(axis=0)).max() <= SYNCHRONISED_WITHIN_S),
        notices=notices,
    )


def _rate_notices(time_s: Array, fps: float | None) -> tuple[str, ...]:
    if fps is None or time_s.shape[1] < 2:
        return ()
    measured = 1.0 / float(np.median(np.diff(time_s, axis=1)))
    if abs(measured / fps - 1) < _RATE_DISAGREES:
        return ()
    return (f"--fps {fps:g} was not used: the recording's own times say {measured:.4g} frames per second",)
