"""Boards seen by several cameras at common instants, ready for placing cameras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.problem import Corners, Sightings
from calibration.detection.detection import Detection
from calibration.footage.pairing import Pairing
from calibration.footage.scan import CameraFootage

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_INSTANTS = 400
_UNKNOWN_PERIOD_S = 1.0


@dataclass(frozen=True, eq=False)
class BoardPicture:
    """One camera's view of the board at one instant; `time_s` is NaN when nothing is known about its time."""

    camera: int
    instant: int
    time_s: float
    detection: Detection


def pictures_of(footage: Mapping[str, CameraFootage], pairing: Pairing, names: Sequence[str]) -> list[BoardPicture]:
    """Every sighting of the board that belongs to an instant, cameras numbered in the order of `names`."""
    pictures: list[BoardPicture] = []
    for camera, name in enumerate(names):
        clock = pairing.clocks[name]
        row_of = {int(number): row for row, number in enumerate(clock.number)}
        for seen in footage[name].seen:
            row = row_of[seen.number]
            time_s = float(clock.time_s[row]) if pairing.timed else seen.clip_time_s
            if clock.instant[row] >= 0:
                pictures.append(BoardPicture(camera, int(clock.instant[row]), time_s, seen.detection))
    return pictures


def seen_together(pictures: Sequence[BoardPicture], least_corners: int) -> list[BoardPicture]:
    """Pictures with enough corners, of instants that at least two cameras saw; instants thinned evenly if too many."""
    enough = [picture for picture in pictures if len(picture.detection.ids) >= least_corners]
    cameras_at: dict[int, set[int]] = {}
    for picture in enough:
        cameras_at.setdefault(picture.instant, set()).add(picture.camera)
    shared = sorted(instant for instant, cameras in cameras_at.items() if len(cameras) >= 2)
    kept = set(shared if len(shared) <= MOST_INSTANTS else _thinned(shared, cameras_at))
    return [picture for picture in enough if picture.instant in kept]


def assemble(board: Board, pictures: Sequence[BoardPicture], heights: Sequence[int], *, timed: bool) -> Sightings:
    """Pictures as arrays; `heights` (C,) of the images in px.

    Unless `timed`, pictures of one instant share one time: the first camera's, or a running number.
    """
    instants = sorted({picture.instant for picture in pictures})
    knot_of = {instant: knot for knot, instant in enumerate(instants)}
    ordered = sorted(pictures, key=lambda picture: (picture.instant, picture.camera))
    counts = [len(picture.detection.ids) for picture in ordered]
    camera = np.array([picture.camera for picture in ordered], dtype=np.int64)
    knot = np.array([knot_of[picture.instant] for picture in ordered], dtype=np.int64)
    uv = np.concatenate([picture.detection.uv for picture in ordered])
    row = uv[:, 1] / np.repeat(np.asarray(heights, dtype=float)[camera], counts) - 0.5
    time_s = np.array([picture.time_s for picture in ordered], dtype=np.float64)
    first_of_knot = np.searchsorted(knot, np.arange(len(instants)))
    if not timed:
        time_s = time_s[first_of_knot][knot]
    if not np.all(np.isfinite(time_s)):
        time_s = knot.astype(np.float64) * _UNKNOWN_PERIOD_S
    knot_time_s = np.asarray(np.bincount(knot, time_s) / np.bincount(knot), dtype=float)
    return Sightings(
        Corners(np.concatenate([board.points[p.detection.ids] for p in ordered]), np.ascontiguousarray(uv), row),
        np.concatenate([[0], np.cumsum(counts)]),
        camera,
        knot,
        time_s,
        knot_time_s,
    )


def relabelled(picture: BoardPicture, renumbering: Ints) -> BoardPicture:
    """The same picture with the board's points numbered the other way round."""
    found = picture.detection
    return replace(picture, detection=Detection(renumbering[found.ids], found.uv))


def _thinned(shared: list[int], cameras_at: Mapping[int, set[int]]) -> list[int]:
    """MOST_INSTANTS of them: evenly spread, then those that pairs of cameras seldom seen together would miss."""
    even = set(shared[:: -(-len(shared) * 4 // (3 * MOST_INSTANTS))])
    pairs: dict[tuple[int, int], int] = {}
    for instant in even:
        _count_pairs(pairs, cameras_at[instant])
    rest = [instant for instant in shared if instant not in even]
    while len(even) < MOST_INSTANTS and rest:
        rarest = min(rest, key=lambda instant: _rarest_pair(pairs, cameras_at[instant]))
        rest.remove(rarest)
        even.add(rarest)
        _count_pairs(pairs, cameras_at[rarest])
    return sorted(even)


def _count_pairs(pairs: dict[tuple[int, int], int], cameras: set[int]) -> None:
    for a in cameras:
        for b in cameras:
            if a < b:
                pairs[a, b] = pairs.get((a, b), 0) + 1


def _rarest_pair(pairs: Mapping[tuple[int, int], int], cameras: set[int]) -> int:
    return min(pairs.get((a, b), 0) for a in cameras for b in cameras if a < b)
