"""Looking for the board in all footage, all cameras at once."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.detection.detector import BoardDetector
from calibration.errors import CalibrationError
from calibration.footage.clips import Clip
from calibration.footage.pairing import Pairing

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


def scan(clips: Sequence[Clip], board: Board, wanted: Mapping[str, Set[int]] | None = None) -> dict[str, CameraFootage]:
    """Board points in every camera's footage, by camera name, in the frames that are wanted of it.

    Without `wanted` at most MOST_FRAMES of each, evenly spread.
    """
    chosen = [spread_evenly(clip.numbers()) if wanted is None else wanted[clip.name] for clip in clips]
    with ThreadPoolExecutor(max_workers=min(len(clips), os.cpu_count() or 1)) as pool:
        footage = pool.map(_scan_clip, clips, [board] * len(clips), chosen)
        return {one.name: one for one in footage}


def spread_evenly(numbers: Sequence[int]) -> set[int]:
    """At most MOST_FRAMES of ascending numbers."""
    return set(numbers[:: max(1, -(-len(numbers) // MOST_FRAMES))])


def worth_a_look(pairing: Pairing) -> dict[str, set[int]]:
    """Frames of every camera that are inspected: all, or those of MOST_FRAMES instants spread over the shared ones.

    Chosen by instant: of cameras that started at different times, every tenth frame of each would never meet.
    """
    clocks = pairing.clocks
    if max(len(clock.number) for clock in clocks.values()) <= MOST_FRAMES:
        return {name: set(clock.number.tolist()) for name, clock in clocks.items()}
    cameras_at = Counter(instant for clock in clocks.values() for instant in set(clock.instant.tolist()))
    shared = sorted(at for at, cameras in cameras_at.items() if at >= 0 and cameras >= min(2, len(clocks)))
    if not shared:
        return {name: spread_evenly(clock.number.tolist()) for name, clock in clocks.items()}
    kept = list(spread_evenly(shared))
    return {name: set(clock.number[np.isin(clock.instant, kept)].tolist()) for name, clock in clocks.items()}


def require_boards(footage: Mapping[str, CameraFootage], board: Board, clips: Sequence[Clip]) -> None:
    """Refuse footage in which some camera never saw the board, saying what was seen instead."""
    blind = [clip for clip in clips if not footage[clip.name].seen]
    if blind:
        from calibration.detection.diagnosis import what_is_there

        raise CalibrationError(what_is_there(blind[0], board))


def _scan_clip(clip: Clip, board: Board, wanted: Set[int]) -> CameraFootage:
    detector = BoardDetector(board)
    sizes: dict[tuple[int, int], int] = {}
    seen: list[SeenBoard] = []
    for picture in clip.pictures(wanted):
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
