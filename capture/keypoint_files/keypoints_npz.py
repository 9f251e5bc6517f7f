"""One `keypoints.npz` for a whole trial of one person.

Arrays: `uv` (cameras, frames, keypoints, 2) px, `conf` (cameras, frames, keypoints), `cameras` names and, where
they are known, `timestamps` (cameras, frames) seconds on one clock.  A point that was not found is 0, 0 with
confidence 0, or NaN.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.keypoint_files.tracks import forget_unseen
from capture.types import Array

FILE_NAME = "keypoints.npz"


@dataclass(frozen=True, eq=False)
class KeypointArrays:
    """Content of the file, shapes as in `KeypointTrial` with one person; `time_s` is None where it has no times."""

    cameras: tuple[str, ...]
    uv: Array
    confidence: Array
    time_s: Array | None


def read_keypoints_npz(path: Path) -> KeypointArrays:
    """Arrays of the file, unseen points NaN with confidence 0.

    Raises
    ------
    CaptureError : the file cannot be read, an array is missing, or shapes do not fit each other
    """
    arrays = _load(path)
    uv, confidence = _numbers(path, arrays, "uv"), _numbers(path, arrays, "conf")
    cameras = tuple(str(name) for name in _array(path, arrays, "cameras").ravel())
    if uv.ndim != 4 or uv.shape[-1] != 2 or uv.size == 0:
        raise CaptureError(f"{path}: uv has shape {uv.shape}; it must be (cameras, frames, keypoints, 2)")
    _check_shape(path, "conf", confidence.shape, uv.shape[:-1])
    _check_shape(path, "cameras", (len(cameras),), uv.shape[:1])
    time_s = _numbers(path, arrays, "timestamps") if "timestamps" in arrays else None
    if time_s is not None:
        _check_times(path, time_s, uv.shape[:2])
    forget_unseen(uv, confidence)
    return KeypointArrays(cameras, uv[:, :, None], confidence[:, :, None], time_s)


def _load(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise CaptureError(f"{path}: cannot be read as keypoints.npz ({error})") from None


def _array(path: Path, arrays: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.generic]:
    if name not in arrays:
        raise CaptureError(f"{path}: has no array '{name}'; it needs uv, conf and cameras, and has {', '.join(arrays)}")
    return arrays[name]


def _numbers(path: Path, arrays: dict[str, NDArray[np.generic]], name: str) -> Array:
    array = _array(path, arrays, name)
    if array.dtype.kind not in "fiu":
        raise CaptureError(f"{path}: array '{name}' holds {array.dtype} where numbers are needed")
    return array.astype(float)


def _check_shape(path: Path, name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if shape != expected:
        raise CaptureError(f"{path}: {name} has shape {shape} where uv needs {expected}")


def _check_times(path: Path, time_s: Array, shape: tuple[int, ...]) -> None:
    _check_shape(path, "timestamps", time_s.shape, shape)
    if not (np.isfinite(time_s).all() and (np.diff(time_s, axis=1) > 0).all()):
        raise CaptureError(f"{path}: timestamps must be seconds that increase from frame to frame in every camera")
