"""Which camera no longer stands where the rig says: bumped, or exchanged with another."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.quality.gates import MOVED_CAMERA, MOVED_CAMERA_PX, Gate
from calibration.quality.scores import Score, score
from geometry.rig import Rig

Array = NDArray[np.float64]

_EXCHANGED = 2.0
_PAIR_DISAGREES_PX = 2.0


def cameras_in_place(board: Board, pictures: Sequence[BoardPicture], rig: Rig, whole: Score) -> Gate:
    """How much better the rest of the rig agrees without its worst camera.

    With two cameras neither can be blamed: the gate then judges the disagreement itself.
    """
    if len(rig) < 3:
        passed = bool(whole.rms_px <= _PAIR_DISAGREES_PX)
        detail = f"{' and '.join(rig.names)} disagree by {whole.rms_px:.1f} px; one of them moved"
        return Gate("cameras_in_place", passed, whole.rms_px, _PAIR_DISAGREES_PX, "" if passed else detail)
    without = np.array([_rms_without(board, pictures, rig, c) for c in range(len(rig))])
    if not np.isfinite(without).any():
        return Gate("cameras_in_place", True, 1.0, MOVED_CAMERA)
    suspect = int(np.nanargmin(without))
    value = whole.rms_px / max(float(without[suspect]), 0.1)
    passed = bool(value <= MOVED_CAMERA or whole.rms_px <= MOVED_CAMERA_PX)
    detail = (
        f"{rig.names[suspect]}: without it the error falls from {whole.rms_px:.1f} to {without[suspect]:.1f} px; "
        "it was bumped, register it again"
    )
    return Gate("cameras_in_place", passed, value, MOVED_CAMERA, "" if passed else detail)


def cameras_not_exchanged(board: Board, pictures: Sequence[BoardPicture], rig: Rig, whole: Score) -> Gate:
    """How much better the pictures fit when two cameras exchange their footage."""
    best, value = None, 1.0
    for a, b in combinations(range(len(rig)), 2):
        if rig.cameras[a].size != rig.cameras[b].size:
            continue
        ratio = whole.rms_px / max(score(board, _exchanged(pictures, a, b), rig.arrays).rms_px, 0.1)
        if ratio > value:
            best, value = (a, b), ratio
    passed = best is None or value <= _EXCHANGED or whole.rms_px <= MOVED_CAMERA_PX
    detail = (
        ""
        if passed or best is None
        else (
            f"{rig.names[best[0]]} and {rig.names[best[1]]}: exchanging their footage lowers the error {value:.1f} "
            "times; their files or cables are exchanged"
        )
    )
    return Gate("cameras_not_exchanged", passed, value, _EXCHANGED, detail)


def _rms_without(board: Board, pictures: Sequence[BoardPicture], rig: Rig, camera: int) -> float:
    return score(board, [p for p in pictures if p.camera != camera], rig.arrays).rms_px


def _exchanged(pictures: Sequence[BoardPicture], a: int, b: int) -> list[BoardPicture]:
    to = {a: b, b: a}
    return [replace(p, camera=to.get(p.camera, p.camera)) for p in pictures]
