"""A node's recorded keypoints as a whole trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.keypoint_files.tracks import CameraTrack, align_tracks, pack_people, times_on_slots
from capture.keypoint_sets import keypoint_set
from capture.recording.keypoint_log import read_keypoint_log
from capture.types import Array, Keypoints2D, KeypointTrial

_NS = 1e-9


@dataclass(frozen=True, eq=False)
class RecordedLayout:
    """Views of C cameras, their times in seconds since the first of all, and their slots in the trial."""

    views: tuple[list[Keypoints2D], ...]
    time_s: tuple[Array, ...]
    slots: tuple[NDArray[np.int64], ...]


def lay_out_recording(paths: Sequence[Path]) -> RecordedLayout:
    """Read several cameras' logs; frames taken at about the same time get the same slot.

    Raises
    ------
    CaptureError : a file cannot be read or holds nothing
    """
    seen = tuple(_views(path) for path in paths)
    start_ns = min(views[0].time_ns for views in seen)
    times = tuple(np.array([(view.time_ns - start_ns) * _NS for view in views]) for views in seen)
    interval_s = min((float(np.median(np.diff(time_s))) for time_s in times if len(time_s) > 1), default=1.0)
    slots = [np.array(_slots(time_s, interval_s), dtype=np.int64) for time_s in times]
    first = min(slot[0] for slot in slots)
    return RecordedLayout(seen, times, tuple(slot - first for slot in slots))


def read_recorded_trial(paths: Sequence[Path]) -> KeypointTrial:
    """Trial of several cameras' logs; frames taken at about the same time stand side by side.

    Raises
    ------
    CaptureError : a file cannot be read, holds nothing, or detectors differ
    """
    layout = lay_out_recording(paths)
    set_names = {view.keypoint_set for views in layout.views for view in views}
    if len(set_names) > 1:
        raise CaptureError(f"{paths[0].parent}: cameras differ in their keypoints: {', '.join(sorted(set_names))}")
    tracks = align_tracks(
        [
            CameraTrack(views[0].camera, slot.tolist(), *pack_people(views))
            for views, slot in zip(layout.views, layout.slots, strict=True)
        ]
    )
    frames = tracks.uv.shape[1]
    laid_out = [times_on_slots(slot, time_s, frames) for slot, time_s in zip(layout.slots, layout.time_s, strict=True)]
    return KeypointTrial(
        cameras=tracks.cameras,
        keypoint_set=keypoint_set(set_names.pop()),
        uv=tracks.uv,
        confidence=tracks.confidence,
        time_s=np.stack(laid_out),
        image_sizes=tuple(views[0].image_size for views in layout.views),
        synchronised=False,
        notices=tracks.notices,
        time_sd_s=tuple(_rms([view.time_sd_ns * _NS for view in views]) for views in layout.views),
    )


def _rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _views(path: Path) -> list[Keypoints2D]:
    views = [message.keypoints for message in read_keypoint_log(path)]
    if not views:
        raise CaptureError(f"{path}: holds no keypoints")
    if len({view.camera for view in views}) > 1:
        raise CaptureError(f"{path}: holds keypoints of more than one camera")
    return views


def _slots(time_s: Array, interval_s: float) -> list[int]:
    """Running numbers of frames by their time; two frames never share one."""
    slots: list[int] = []
    for time in time_s:
        slots.append(max(round(float(time) / interval_s), slots[-1] + 1 if slots else 0))
    return slots
