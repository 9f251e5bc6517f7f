"""What timestamps, and offsets between the cameras' clocks, explain of the residuals."""

from dataclasses import replace

import numpy as np

from calibration.bundle.adjust import Adjustment, Knowledge, adjust
from calibration.extrinsics.solution import Solution, clocks_of, look_at_clocks
from calibration.kernels.board_view import OFFSET
from calibration.quality.document import ClockFigures


def clock_figures(solution: Solution, *, timed: bool) -> ClockFigures:
    """Board-fit residuals under three views of time, and the offset of every camera against the reference."""
    solved = solution.adjustment
    has_offsets = bool(solved.task.free[:, OFFSET].any())
    trusting = _trusting(solved, timed) if has_offsets else solved
    free = trusting.task.free
    clocks = (
        clocks_of(solved)
        if has_offsets
        else look_at_clocks(solved.task.sightings, solved.state, free, solution.reference)
    )
    return ClockFigures(
        [lens.name for lens in solution.lenses],
        clocks.offset_s,
        clocks.offset_sd_s,
        _simultaneous(trusting).rms_px if timed else trusting.rms_px,
        trusting.rms_px,
        clocks.rms_px,
        modelled=has_offsets,
    )


def _trusting(solved: Adjustment, timed: bool) -> Adjustment:
    """The same pictures when every clock is taken at its word."""
    free = solved.task.free.copy()
    free[:, OFFSET] = False
    state = replace(solved.state, offset_s=np.zeros_like(solved.state.offset_s))
    return adjust(solved.task.sightings, state, free, Knowledge.none(state), timed=timed)


def _simultaneous(solved: Adjustment) -> Adjustment:
    """The same pictures when those of one instant are taken as simultaneous."""
    sightings, state = solved.task.sightings, solved.state
    at_once = replace(sightings, time_s=sightings.knot_time_s[sightings.knot])
    return adjust(at_once, state, solved.task.free, Knowledge.none(state), timed=False)
