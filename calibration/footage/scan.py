"""Looking for the board in all footage, all cameras at once."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.detection.detector import BoardDetector
from calibration.errors import CalibrationError
from calibration.footage.clips import Clip

MOST_FRAMES = 600
"""Frames inspected per camera: a board moved by hand shows nothing new in more."""


@dataclass(frozen=True, eq=False)
class SeenBoard:
    """The board in frame `number` of a clip, `clip_time_s` into it (NaN for single pictures)."""

    number: int
    clip_time_s: float
    detection: Detection


@dataclass(frozen=True, eq=False)
class CameraFootage:
    """What one camera saw: `size` (width, height) px, frames `inspected`, the frames with a board."""

    name: str
    size: tuple[int, int]
    inspected: int
    seen: tuple[SeenBoard, ...]


def scan(clips: Sequence[Clip], board: Board, most_frames: int = MOST_FRAMES) -> dict[str, CameraFootage]:
    """Board points in every camera's footage, by camera name; at most `most_frames` frames each, evenly spread."""
    longest = max(len(clip.numbers()) for clip in clips)
    stride = max(1, -(-longest // most_frames))
    with ThreadPoolExecutor(max_workers=min(len(clips), os.cpu_count() or 1)) as pool:
        footage = pool.map(_scan_clip, clips, [board] * len(clips), [stride] * len(clips))
        return {one.name: one for one in footage}


def require_boards(footage: Mapping[str, CameraFootage], board: Board, clips: Sequence[Clip]) -> None:
    """Refuse footage in which some camera never saw the board, saying what was seen instead."""
    blind = [clip for clip in clips if not footage[clip.name].seen]
    if blind:
        from calibration.detection.diagnosis import what_is_there

        raise CalibrationError(what_is_there(blind[0], board))


def _scan_clip(clip: Clip, board: Board, stride: int) -> CameraFootage:
    detector = BoardDetector(board)
    sizes: dict[tuple[int, int], int] = {}
    seen: list[SeenBoard] = []
    for picture in clip.pictures(stride):
        height, width = picture.gray.shape
        sizes[width, height] = sizes.get((width, height), 0) + 1
        if len(sizes) > 1:
            (w0, h0), (w1, h1) = sizes
            raise CalibrationError(
                f"{clip.path}: frame {picture.number} is {w1}x{h1} px after frames of {w0}x{h0}; keep one resolution"
            )
        detection = detector(picture.gray)
        if detection:
            seen.append(SeenBoard(picture.number, picture.time_s, detection))
    if not sizes:
        raise CalibrationError(f"{clip.path}: holds no readable frame; record or copy it again")
    return CameraFootage(clip.name, next(iter(sizes)), sum(sizes.values()), tuple(seen))
