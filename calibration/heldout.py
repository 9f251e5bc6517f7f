"""Scores on instants that a rig was not solved from."""

from collections.abc import Sequence

import numpy as np

from calibration.boards import Board
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, seen_together
from calibration.extrinsics.placing import numbered
from calibration.extrinsics.solution import LEAST_CORNERS, Solution, of_linked, solve
from calibration.intrinsics.lens import Lens
from calibration.quality.common_times import at_common_times
from calibration.quality.scores import Score, score
from calibration.rig_footage import PairedFootage
from geometry.camera_model import CameraArrays

_HOLD_EVERY = 5
_LEAST_TO_HOLD = 10
# Corners can only be followed to a common time within a run of pictures.
_RUN = 4


def heldout_score(
    board: Board, lenses: Sequence[Lens], paired: PairedFootage, solution: Solution, *, offsets: bool
) -> Score | None:
    """Score on every fifth shared instant (`offsets`: every fifth run of instants) of a rig solved without them.

    None when there are too few instants, or when without them another set of cameras is linked.
    """
    shared = sorted({picture.instant for picture in seen_together(paired.pictures, LEAST_CORNERS)})
    if len(shared) < _LEAST_TO_HOLD:
        return None
    run = _RUN if offsets else 1
    held = {instant for k, instant in enumerate(shared) if k // run % _HOLD_EVERY == _HOLD_EVERY // 2}
    kept = [picture for picture in paired.pictures if picture.instant not in held]
    try:
        without = solve(board, lenses, kept, timed=paired.timed, offsets=offsets)
    except CalibrationError:
        return None
    if not np.array_equal(without.linked, solution.linked):
        return None
    pictures = of_linked([picture for picture in paired.pictures if picture.instant in held], without.linked)
    return score_of(board, pictures, without, without.adjustment.state.cameras, offsets=offsets)[0]


def score_of(
    board: Board, pictures: Sequence[BoardPicture], solution: Solution, cameras: CameraArrays, *, offsets: bool
) -> tuple[Score, list[BoardPicture]]:
    """Score of pictures, and the pictures as scored: numbered alike, at common times if offsets are modelled."""
    scored = numbered(board, pictures, cameras)
    if offsets:
        scored = at_common_times(scored, solution.adjustment.state.offset_s)
    return score(board, scored, cameras), scored
