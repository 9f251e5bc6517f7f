"""Which gates a calibration has to pass, and which had nothing to go by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.marker_size import marker_to_square
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, seen_together
from calibration.extrinsics.placing import pose_boards
from calibration.extrinsics.solution import LEAST_CORNERS, Solution
from calibration.intrinsics.coverage import covered_share
from calibration.intrinsics.lens_fit import view_errors
from calibration.intrinsics.selection import usable
from calibration.kernels.board_view import CAMERA, INTRINSIC
from calibration.quality import gates
from calibration.quality.camera_moves import cameras_in_place
from calibration.quality.comparison import Comparison
from calibration.quality.document import ClockFigures
from calibration.quality.gates import Gate
from calibration.quality.scores import Score
from calibration.quality.tilt import tilt_agreement
from calibration.rig_footage import PairedFootage, good_pictures
from calibration.world_frame.world import World
from geometry.rig import Rig

Array = NDArray[np.float64]

_PICTURES_PER_LENS = 10


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a calibration is judged by."""

    board: Board
    paired: PairedFootage
    solution: Solution
    rig: Rig
    world: World
    whole: Score
    heldout: Score | None
    clocks: ClockFigures | None
    pictures: Sequence[BoardPicture]


def judge_calibration(
    evidence: Evidence, tape_m: Mapping[tuple[str, str], float], comparison: Comparison | None
) -> tuple[list[Gate], dict[str, str]]:
    """Gates in the order of a report, and the reasons why others could not be judged."""
    rig, whole = evidence.rig, evidence.whole
    shared = seen_together(evidence.pictures, LEAST_CORNERS)
    posed = pose_boards(evidence.board, shared, rig.arrays)
    passed = [
        gates.all_cameras_linked(evidence.solution.linked, evidence.paired.names),
        gates.reprojection("reprojection", evidence.heldout or whole, rig),
        cameras_in_place(evidence.board, shared, rig, whole),
        gates.scale(evidence.heldout or whole),
        gates.not_mirrored(tilt_agreement(evidence.board, posed, rig.arrays), rig.names),
        gates.cameras_upright(rig),
        gates.cameras_see_volume(rig, np.nanmean(whole.points.reshape(-1, 3), axis=0)),
        gates.lenses_known(_focal_sd(evidence.solution), rig.names),
    ]
    lens_errors = _lens_errors(evidence)
    passed.append(gates.lenses_fit_footage(lens_errors, rig.names))
    not_judged: dict[str, str] = {}
    if learnt := [lens for lens in evidence.solution.lenses if lens.views > 0]:
        covered = np.array([covered_share(lens.coverage) for lens in learnt])
        passed.append(gates.lenses_cover_view(covered, [lens.name for lens in learnt]))
    else:
        not_judged["lenses_cover_view"] = "the lenses were taken over from an earlier calibration"
    if evidence.world.has_floor:
        passed.append(gates.cameras_above_floor(rig))
    else:
        not_judged["cameras_above_floor"] = "no floor was given"
    if evidence.clocks is not None and evidence.clocks.modelled:
        not_judged["clocks_agree_ms"] = "the cameras' time offsets are part of the solution"
    elif evidence.clocks is not None:
        passed.append(gates.clocks(evidence.clocks.offset_s, evidence.clocks.offset_sd_s, evidence.clocks.names))
    else:
        not_judged["clocks_agree_ms"] = "single pictures carry no times"
    if evidence.board.kind == "charuco" and evidence.paired.clips:
        passed.append(
            gates.marker_size(marker_to_square(evidence.board, good_pictures(evidence.paired)), evidence.board)
        )
    else:
        not_judged["board_proportions"] = "only pictures of a ChArUco board show two lengths to compare"
    passed += [_tape(rig, pair, metres) for pair, metres in tape_m.items()]
    if not tape_m:
        not_judged["scale_against_tape"] = "no distance between cameras was given"
    if comparison is not None:
        passed.append(gates.same_scale(comparison.scale))
    else:
        not_judged["scale_against_last"] = "no earlier calibration with three common cameras"
    return passed, not_judged


def _tape(rig: Rig, pair: tuple[str, str], metres: float) -> Gate:
    one, other = rig.select(pair).cameras
    measured = float(np.linalg.norm(one.centre_world - other.centre_world))
    if metres <= 0.0:
        raise CalibrationError(f"distance {pair[0]},{pair[1]} = {metres:g}: must be metres, more than 0")
    return gates.known_distance(measured, metres, f"{pair[0]} to {pair[1]}")


def _focal_sd(solution: Solution) -> Array:
    """(C,) relative standard deviation of each focal length."""
    variance = np.diag(solution.adjustment.covariance()).reshape(-1, CAMERA)[:, INTRINSIC]
    return np.sqrt(np.maximum(variance, 0.0)) / solution.adjustment.state.cameras.focal[:, 0]


def _lens_errors(evidence: Evidence) -> Array:
    """(C, C) median error of camera i's single pictures of the board under lens j, px; NaN across image sizes."""
    lenses = evidence.solution.lenses
    errors = np.full((len(lenses), len(lenses)), np.nan)
    for i in range(len(lenses)):
        own = [p.detection for p in evidence.pictures if p.camera == i and usable(evidence.board, p.detection)]
        own = own[:: max(1, len(own) // _PICTURES_PER_LENS)][:_PICTURES_PER_LENS]
        for j, lens in enumerate(lenses):
            if own and lens.size == lenses[i].size:
                errors[i, j] = float(np.median(view_errors(evidence.board, own, lens.camera)))
    return errors
