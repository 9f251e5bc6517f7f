"""What a user should know about a calibration beside its gates."""

import numpy as np

from calibration.extrinsics.solution import Solution
from calibration.intrinsics.coverage import covered_share
from calibration.quality.document import ClockFigures
from calibration.quality.scores import Score
from calibration.world_frame.world import World

_WELL_COVERED = 0.4
_MOVED_BETWEEN = 1.5


def notices_of(
    solution: Solution, world: World, whole: Score, heldout: Score | None, clocks: ClockFigures | None
) -> list[str]:
    """Notices of a calibration: scores of all instants and of those left out, and what the clocks looked like."""
    notices = [*_unseen_corners(whole), *not_simultaneous(clocks)]
    if not world.has_floor:
        notices.append(
            "no floor was given: Z is the cameras' common up direction and the origin level with the lowest board or "
            "camera; film the board on the floor and give --floor for a true one"
        )
    if heldout is None:
        notices.append("too few shared frames to leave some out: errors are those of the fit itself")
    learnt = [lens for lens in solution.lenses if lens.views > 0]
    narrow = [lens.name for lens in learnt if covered_share(lens.coverage) < _WELL_COVERED]
    if narrow:
        notices.append(f"the board was in less than {100 * _WELL_COVERED:.0f} % of the picture of {', '.join(narrow)}")
    scarce = [lens.name for lens in learnt if lens.views < 10]
    if scarce:
        notices.append(f"fewer than 10 pictures for the lens of {', '.join(scarce)}")
    return notices


def _unseen_corners(whole: Score) -> list[str]:
    """A board described too large is found all the same: what gives it away are corners that nobody ever saw."""
    unseen = np.count_nonzero(np.isnan(whole.corner_rms_px))
    if not unseen:
        return []
    corners = len(whole.corner_rms_px)
    return [
        f"{unseen} of the board's {corners} corners were never seen by two cameras at once; if the board was shown "
        "whole, check columns and rows in BOARD.toml"
    ]


def not_simultaneous(clocks: ClockFigures | None) -> list[str]:
    """Notice when time explains much of the error.

    Errors are judged as if frames of one instant were simultaneous; of a moving board that makes them larger.
    """
    if clocks is None or clocks.modelled or clocks.rms_simultaneous_px < _MOVED_BETWEEN * clocks.rms_timestamps_px:
        return []
    return [
        f"the board moved between frames of one instant: the fit leaves {clocks.rms_simultaneous_px:.2f} px if "
        f"they are simultaneous, {clocks.rms_timestamps_px:.2f} px at their timestamps; move it slowly"
    ]
