"""An existing rig looked at with new pictures of a board: does it still hold?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.adjust import Knowledge, adjust
from calibration.bundle.problem import State
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, assemble, seen_together
from calibration.extrinsics.placing import PosedBoards, numbered, pose_boards
from calibration.extrinsics.solution import LEAST_CORNERS, look_at_clocks
from calibration.kernels.board_view import CAMERA
from calibration.quality import gates
from calibration.quality.camera_moves import cameras_in_place, cameras_not_exchanged
from calibration.quality.common_times import at_common_times
from calibration.quality.document import ClockFigures, Quality
from calibration.quality.gates import Gate
from calibration.quality.scores import Score, score
from calibration.quality.tilt import tilt_agreement
from calibration.quality.volume import volume_around
from calibration.rig_footage import PairedFootage, look_for_boards
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

_LEAST_INSTANTS_FOR_CLOCKS = 10


@dataclass(frozen=True, eq=False)
class Check:
    """Figures of a rig on new pictures; `board_points` (n, 3) metres says where the board was."""

    rig: Rig
    quality: Quality
    score: Score
    board_points: Array


def check(rig: Rig, board: Board, folder: Path, *, time_offsets: bool = False) -> Check:
    """Measure a rig on footage that it was not calibrated from; CalibrationError when nothing can be measured.

    With `time_offsets` every camera's constant lateness is taken out first, as for a rig that was solved with them.
    """
    paired = look_for_boards(board, folder, rig.names)
    rig = Rig(tuple(_at_size(camera, size) for camera, size in zip(rig.cameras, paired.sizes, strict=True)))
    pictures = numbered(board, paired.pictures, rig.arrays)
    shared = seen_together(pictures, LEAST_CORNERS)
    whole = score(board, pictures, rig.arrays)
    if whole.corners == 0:
        counts = [len(paired.footage[clip.name].seen) for clip in paired.clips]
        seen = ", ".join(f"{name} {count}" for name, count in zip(paired.names, counts, strict=True))
        raise CalibrationError(f"{folder}: no two cameras saw the board together (frames with a board: {seen})")
    posed = pose_boards(board, shared, rig.arrays)
    clocks = _clocks(board, posed, rig, paired)
    if time_offsets:
        clocks = _modelled(clocks, folder)
        pictures = at_common_times(pictures, clocks.offset_s)
        whole = score(board, pictures, rig.arrays)
    judged = _judge(board, pictures, posed, rig, whole)
    not_judged: dict[str, str] = {}
    if clocks is None:
        not_judged["clocks_agree_ms"] = "the pictures carry no times, or too few show the board twice"
    elif clocks.modelled:
        not_judged["clocks_agree_ms"] = "the cameras' time offsets were taken out"
    else:
        judged.append(gates.clocks(clocks.offset_s, clocks.offset_sd_s, clocks.names))
    points = whole.points.reshape(-1, 3)
    points = points[np.isfinite(points[:, 0])]
    quality = Quality(
        score=whole,
        heldout=whole,
        names=rig.names,
        cameras={camera.name: _figures(camera) for camera in rig.cameras},
        gates=judged,
        not_judged=not_judged,
        clocks=clocks,
        world="as in the rig file",
        notices=paired.notices,
        volume=volume_around(rig, points),
    )
    return Check(rig, quality, whole, points)


def _modelled(clocks: ClockFigures | None, folder: Path) -> ClockFigures:
    if clocks is None:
        raise CalibrationError(
            f"{folder}: time offsets cannot be found: the frames carry no times, or two cameras saw the board together "
            f"in fewer than {_LEAST_INSTANTS_FOR_CLOCKS} of them"
        )
    return replace(clocks, modelled=True)


def _judge(board: Board, pictures: Sequence[BoardPicture], posed: PosedBoards, rig: Rig, whole: Score) -> list[Gate]:
    return [
        gates.reprojection("reprojection", whole, rig),
        cameras_in_place(board, pictures, rig, whole),
        cameras_not_exchanged(board, pictures, rig, whole),
        gates.scale(whole),
        gates.not_mirrored(tilt_agreement(board, posed, rig.arrays), rig.names),
        gates.cameras_above_floor(rig),
        gates.cameras_upright(rig),
        gates.cameras_see_volume(rig, np.nanmedian(whole.points.reshape(-1, 3), axis=0)),
    ]


def _clocks(board: Board, posed: PosedBoards, rig: Rig, paired: PairedFootage) -> ClockFigures | None:
    """Time offsets with all cameras held where the rig has them."""
    if not paired.clocked or len(posed.T_world_board) < _LEAST_INSTANTS_FOR_CLOCKS:
        return None
    heights = [camera.size[1] for camera in rig.cameras]
    sightings = assemble(board, posed.pictures, heights, timed=paired.timed)
    zero = np.zeros(len(rig))
    T = posed.T_world_board
    state = State(rig.arrays, zero, zero.copy(), T[:, :3, :3].copy(), T[:, :3, 3].copy())
    held = np.zeros((len(rig), CAMERA), dtype=np.bool_)
    at_once = replace(sightings, time_s=sightings.knot_time_s[sightings.knot])
    nothing = Knowledge.none(state)
    simultaneous = adjust(at_once, state, held, nothing, timed=False)
    timed = adjust(sightings, state, held, nothing, timed=paired.timed)
    reference = int(np.argmax(np.bincount(sightings.camera, minlength=len(rig))))
    found = look_at_clocks(sightings, timed.state, held, reference)
    return ClockFigures(rig.names, found.offset_s, found.offset_sd_s, simultaneous.rms_px, timed.rms_px, found.rms_px)


def _at_size(camera: Camera, size: tuple[int, int]) -> Camera:
    """The camera at the footage's resolution, if it has the same aspect."""
    if camera.size == size:
        return camera
    factor = size[0] / camera.size[0]
    if abs(size[1] / camera.size[1] / factor - 1.0) > 0.01:
        raise CalibrationError(
            f"camera '{camera.name}': calibrated at {camera.size[0]}x{camera.size[1]} px, pictures are "
            f"{size[0]}x{size[1]}; give pictures of the same aspect"
        )
    matrix = camera.matrix.copy()
    matrix[:2] *= factor
    matrix[:2, 2] += 0.5 * (factor - 1.0)
    return replace(camera, size=size, matrix=matrix)


def _figures(camera: Camera) -> dict[str, object]:
    return {
        "fx": camera.matrix[0, 0],
        "fy": camera.matrix[1, 1],
        "cx": camera.matrix[0, 2],
        "cy": camera.matrix[1, 2],
        "centre_m": list(camera.centre_world),
    }
