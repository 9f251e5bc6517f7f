"""Per-camera keypoint tracks laid side by side into one trial."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.types import Array, Keypoints2D

_SPARSEST = 10


@dataclass(frozen=True, eq=False)
class CameraTrack:
    """What one camera saw: ascending `numbers` of its F frames, `uv` (F, P, K, 2) px and `confidence` (F, P, K)."""

    camera: str
    numbers: Sequence[int]
    uv: Array
    confidence: Array


@dataclass(frozen=True, eq=False)
class AlignedTracks:
    """All cameras on common frame slots.

    `uv` (C, F, P, K, 2) and `confidence` (C, F, P, K) as in `KeypointTrial`; `present` (C, F) tells where a camera
    has a frame at all, `numbers` (C, F) its frame number (-1 where absent).
    """

    cameras: tuple[str, ...]
    uv: Array
    confidence: Array
    present: NDArray[np.bool_]
    numbers: NDArray[np.int64]
    notices: tuple[str, ...]


def align_tracks(tracks: Sequence[CameraTrack]) -> AlignedTracks:
    """Put frames with the same number side by side; frames that a camera lacks are missing data.

    Where cameras count from starts of their own, or numbers are no running count, frames are matched by position.
    """
    slots, frames = _slots(tracks)
    people = max(1, *(track.uv.shape[1] for track in tracks))
    keypoints = tracks[0].uv.shape[2]
    uv = np.full((len(tracks), frames, people, keypoints, 2), np.nan)
    confidence = np.zeros(uv.shape[:-1])
    numbers = np.full((len(tracks), frames), -1)
    for c, (track, slot) in enumerate(zip(tracks, slots, strict=True)):
        uv[c, slot, : track.uv.shape[1]] = track.uv
        confidence[c, slot, : track.uv.shape[1]] = track.confidence
        numbers[c, slot] = track.numbers
    present = numbers >= 0
    forget_unseen(uv, confidence)
    cameras = tuple(track.camera for track in tracks)
    return AlignedTracks(cameras, uv, confidence, present, numbers, _notices(cameras, present))


def pack_people(views: Sequence[Keypoints2D]) -> tuple[Array, Array]:
    """uv (F, P, K, 2) and confidence (F, P, K) of one camera's views of the same keypoint set."""
    people = max(len(view.uv) for view in views)
    uv = np.full((len(views), people, *views[0].uv.shape[1:]), np.nan)
    confidence = np.zeros(uv.shape[:-1])
    for i, view in enumerate(views):
        uv[i, : len(view.uv)], confidence[i, : len(view.uv)] = view.uv, view.confidence
    return uv, confidence


def times_on_slots(slots: NDArray[np.int64], time_s: Array, frames: int) -> Array:
    """Times (frames,) from those known at some ascending slots: interpolated between, continued beyond."""
    interval = float(np.median(np.diff(time_s) / np.diff(slots))) if len(slots) > 1 else 1.0
    every = np.arange(frames)
    beyond = np.minimum(every - slots[0], 0) + np.maximum(every - slots[-1], 0)
    return np.interp(every, slots, time_s) + interval * beyond


def forget_unseen(uv: Array, confidence: Array) -> None:
    """Make unseen points NaN with confidence 0, in place: those at (0, 0), without confidence or not finite."""
    u, v = uv[..., 0], uv[..., 1]
    unseen = ~(np.isfinite(u) & np.isfinite(v) & (confidence > 0)) | ((u == 0) & (v == 0))
    uv[unseen] = np.nan
    confidence[unseen] = 0.0


def _slots(tracks: Sequence[CameraTrack]) -> tuple[list[NDArray[np.int64]], int]:
    """Slot of every frame of every camera, and the number of slots."""
    every = np.unique(np.concatenate([np.asarray(track.numbers) for track in tracks]))
    step = math.gcd(*np.diff(every).tolist()) or 1
    frames = int((every[-1] - every[0]) // step) + 1
    longest = max(len(track.numbers) for track in tracks)
    overlapping = max(track.numbers[0] for track in tracks) <= min(track.numbers[-1] for track in tracks)
    if not overlapping or frames > _SPARSEST * longest:
        return [np.arange(len(track.numbers)) for track in tracks], longest
    return [(np.asarray(track.numbers) - every[0]) // step for track in tracks], frames


def _notices(cameras: Sequence[str], present: NDArray[np.bool_]) -> tuple[str, ...]:
    frames = present.shape[1]
    return tuple(
        f"camera {camera} has {count} of {frames} frames; it saw nothing in the others"
        for camera, count in zip(cameras, present.sum(axis=1), strict=True)
        if count < frames
    )
