"""What timestamps, and offsets between the cameras' clocks, explain of the residuals."""

from dataclasses import replace

from calibration.bundle.adjust import Knowledge, adjust
from calibration.extrinsics.solution import Solution, look_at_clocks
from calibration.quality.document import ClockFigures


def clock_figures(solution: Solution, *, timed: bool) -> ClockFigures:
    """Board-fit residuals under three views of time, and the offset of every camera against the reference."""
    adjustment = solution.adjustment
    sightings, free = adjustment.task.sightings, adjustment.task.free
    clocks = look_at_clocks(sightings, adjustment.state, free, solution.reference)
    simultaneous = adjustment.rms_px
    if timed:
        at_once = replace(sightings, time_s=sightings.knot_time_s[sightings.knot])
        simultaneous = adjust(at_once, adjustment.state, free, Knowledge.none(adjustment.state), timed=False).rms_px
    return ClockFigures(
        [lens.name for lens in solution.lenses],
        clocks.offset_s,
        clocks.offset_sd_s,
        simultaneous,
        adjustment.rms_px,
        clocks.rms_px,
    )
