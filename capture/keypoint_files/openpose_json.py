"""OpenPose's output: one folder per camera, one JSON file per frame, any number of people in it.

The file format is `{"version": 1.3, "people": [{"pose_keypoints_2d": [u, v, confidence, ...]}]}` in pixels; a point
that was not found is 0, 0, 0.
"""

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from capture.camera_match import natural_key
from capture.errors import CaptureError
from capture.keypoint_files.tracks import CameraTrack
from capture.types import Array

_NUMBER = re.compile(r"(\d+)\D*$")
_CHUNK_BYTES = 1 << 16
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class _Person(msgspec.Struct, gc=False):
    pose_keypoints_2d: list[float] = []


class _FramePeople(msgspec.Struct, gc=False):
    people: list[_Person]


_DECODER = msgspec.json.Decoder(_FramePeople)


@dataclass(frozen=True)
class _FrameFile:
    path: str
    number: int | None


def camera_folders(folder: Path) -> list[Path]:
    """Folders below `folder` that hold one camera's JSON files each, in natural order; named `*json` if any is."""
    below = sorted((p for p in folder.iterdir() if p.is_dir()), key=lambda p: natural_key(p.name))
    named = [p for p in below if p.name.lower().endswith("json")]
    return named or [p for p in below if next(p.glob("*.json"), None)]


def read_camera(folder: Path, keypoints: int) -> CameraTrack:
    """One camera's frames, ordered by the number in their file names.

    Raises
    ------
    CaptureError : the folder is empty, or a file cannot be read, is damaged or holds another keypoint set
    """
    files = _frame_files(folder)
    people_per_frame: list[int] = []
    people: list[list[float]] = []
    for file in files:
        found = [p for p in _read_people(file.path) if p.pose_keypoints_2d]
        people_per_frame.append(len(found))
        for person in found:
            if len(person.pose_keypoints_2d) != 3 * keypoints:
                raise _wrong_count(file.path, len(person.pose_keypoints_2d), keypoints)
            people.append(person.pose_keypoints_2d)
    uv, confidence = _arrays(people, people_per_frame, keypoints)
    return CameraTrack(_camera_name(folder), _numbers(files), uv, confidence)


def keypoints_per_person(folders: list[Path]) -> int:
    """Number of keypoints of the first person found in any folder; 0 when nobody is."""
    for folder in folders:
        for file in _frame_files(folder):
            for person in _read_people(file.path):
                if person.pose_keypoints_2d:
                    return math.ceil(len(person.pose_keypoints_2d) / 3)
    return 0


def _camera_name(folder: Path) -> str:
    return re.sub(r"[_\W]*json$", "", folder.name, flags=re.IGNORECASE) or folder.name


def _frame_files(folder: Path) -> list[_FrameFile]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(".json")]
    if not names:
        raise CaptureError(f"{folder}: holds no .json file; it should hold one OpenPose file per frame")
    below = os.path.join(folder, "")
    files = [_FrameFile(below + name, _frame_number(name)) for name in names]
    return sorted(files, key=lambda file: (file.number if file.number is not None else -1, file.path))


def _frame_number(name: str) -> int | None:
    found = _NUMBER.search(name.removesuffix(".json"))
    return int(found[1]) if found else None


def _numbers(files: list[_FrameFile]) -> list[int]:
    """Frame numbers; positions where names carry no number or the same one twice."""
    numbers = [file.number for file in files if file.number is not None]
    return numbers if len(set(numbers)) == len(files) else list(range(len(files)))


def _read_people(path: str) -> list[_Person]:
    try:
        return _DECODER.decode(_content(path)).people
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CaptureError(f"{path}: not an OpenPose frame ({error}); export it again or delete the file") from None


def _content(path: str) -> bytes:
    """All of a small file; Python's file objects take as long as the decoder, and a trial has thousands of files."""
    file = os.open(path, _READ)
    try:
        parts: list[bytes] = []
        while part := os.read(file, _CHUNK_BYTES):
            parts.append(part)
    finally:
        os.close(file)
    return b"".join(parts)


def _wrong_count(path: str, numbers: int, keypoints: int) -> CaptureError:
    return CaptureError(
        f"{path}: {numbers} numbers per person where {keypoints} keypoints need {3 * keypoints}; "
        "choose the --keypoint-set that the detector used"
    )


def _arrays(people: list[list[float]], people_per_frame: list[int], keypoints: int) -> tuple[Array, Array]:
    """uv (F, P, K, 2) and confidence (F, P, K) from all people in frame order."""
    counts = np.array(people_per_frame)
    flat = np.array(people, dtype=float).reshape(-1, keypoints, 3)
    frame = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(people)) - np.repeat(np.cumsum(counts) - counts, counts)
    uv = np.full((len(counts), counts.max(), keypoints, 2), np.nan)
    confidence = np.zeros(uv.shape[:-1])
    uv[frame, place], confidence[frame, place] = flat[..., :2], flat[..., 2]
    return uv, confidence
