"""Recorded videos of one trial -> keypoints of the whole trial."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture.camera_match import natural_key
from capture.cameras.video_file import VideoFile
from capture.detectors.base import Detector
from capture.errors import CaptureError
from capture.keypoint_files import timestamps_csv
from capture.keypoint_files.tracks import AlignedTracks, CameraTrack, align_tracks, pack_people, times_on_slots
from capture.types import Array, Keypoints2D, KeypointTrial

VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mts")
SYNCHRONISED_WITHIN_S = 1e-3
_NS = 1e-9

OnFrame = Callable[[str, int], None]


@dataclass(frozen=True)
class _Task:
    """One camera's share of the work; `stop` is set when another camera failed."""

    video: VideoFile
    detector: Detector
    on_frame: OnFrame
    stop: threading.Event


def find_videos(folder: Path) -> list[Path]:
    """Videos `<camera>.<suffix>` of a folder in natural order; raises CaptureError where there is none."""
    if not folder.is_dir():
        raise CaptureError(f"{folder}: no such folder; give the folder that holds one video per camera")
    videos = [path for path in folder.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file()]
    if not videos:
        raise CaptureError(f"{folder}: holds no video; name one per camera, <camera> with {', '.join(VIDEO_SUFFIXES)}")
    return sorted(videos, key=lambda path: natural_key(path.name))


def detect_trial(videos: Sequence[Path], create_detector: Callable[[], Detector], on_frame: OnFrame) -> KeypointTrial:
    """Find keypoints in every frame of one video per camera, several cameras at once.

    Parameters
    ----------
    videos : one file per camera, named as the camera
    create_detector : makes the detector of one camera
    on_frame : told the camera and the number of its frames done so far, from several threads

    Returns
    -------
    KeypointTrial whose times are those of the containers, or of `timestamps.csv` or `<camera>.timestamps.csv` beside
    the first video

    Raises
    ------
    CaptureError : a video is missing, unreadable or cut short, or times do not fit
    """
    stop = threading.Event()
    tasks = [_Task(VideoFile(path, path.stem), create_detector(), on_frame, stop) for path in videos]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        seen = list(pool.map(_detect, tasks))
    tracks = align_tracks(
        [CameraTrack(task.video.name, range(len(v)), *pack_people(v)) for task, v in zip(tasks, seen, strict=True)]
    )
    time_s, notices = _times(videos[0].parent, tracks, seen)
    return KeypointTrial(
        cameras=tracks.cameras,
        keypoint_set=tasks[0].detector.keypoint_set,
        uv=tracks.uv,
        confidence=tracks.confidence,
        time_s=time_s,
        image_sizes=tuple(views[0].image_size for views in seen),
        synchronised=bool((time_s.max(axis=0) - time_s.min(axis=0)).max() <= SYNCHRONISED_WITHIN_S),
        notices=(*tracks.notices, *notices),
    )


def _detect(task: _Task) -> list[Keypoints2D]:
    views: list[Keypoints2D] = []
    try:
        while not task.stop.is_set() and (frame := task.video.read()) is not None:
            views.append(task.detector.detect(frame))
            task.on_frame(task.video.name, len(views))
    except CaptureError:
        task.stop.set()
        raise
    finally:
        task.video.close()
    return views


def _times(folder: Path, tracks: AlignedTracks, seen: Sequence[Sequence[Keypoints2D]]) -> tuple[Array, tuple[str, ...]]:
    if times := timestamps_csv.times_in(folder):
        return timestamps_csv.lay_out_times(folder, times, tracks.cameras, tracks.numbers)
    frames = tracks.uv.shape[1]
    rows = [
        times_on_slots(np.arange(len(views)), np.array([view.time_ns for view in views]) * _NS, frames)
        for views in seen
    ]
    return np.stack(rows), ()
