"""From sightings to cameras in metres: place, adjust, and look at the clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.adjust import Adjustment, Knowledge, adjust
from calibration.bundle.problem import Sightings, State
from calibration.camera_sets import selected, stacked
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, assemble, seen_together
from calibration.extrinsics.covisibility import Link
from calibration.extrinsics.placing import Placement, place, pose_boards
from calibration.intrinsics.lens import Lens
from calibration.kernels.board_view import CAMERA, OFFSET
from geometry import se3
from geometry.camera_model import CameraArrays
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

LEAST_CORNERS = 4
_LEAST_INSTANTS = 3

# Cameras on one computer or network rarely disagree by more; enough to keep a camera without motion at zero.
_OFFSET_SD_S = 0.2


@dataclass(frozen=True, eq=False)
class Clocks:
    """Time offsets (C,) that would explain the pictures best, their standard deviations, and the rms left with them."""

    offset_s: Array
    offset_sd_s: Array
    rms_px: float


@dataclass(frozen=True, eq=False)
class Solution:
    """Cameras placed against the reference camera.

    Attributes
    ----------
    lenses : of the placed cameras, as learnt before
    linked : (all cameras,) which of them were placed
    links : between pairs of all cameras
    reference : index, among the placed, of the camera that is the origin
    adjustment : cameras and board poses; None of the numbers is in world coordinates yet
    """

    lenses: tuple[Lens, ...]
    linked: NDArray[np.bool_]
    links: list[Link]
    reference: int
    adjustment: Adjustment

    @property
    def rig(self) -> Rig:
        """The placed cameras; world = reference camera."""
        return rig_of(self.lenses, self.adjustment.state.cameras)


def solve(
    board: Board, lenses: Sequence[Lens], pictures: Sequence[BoardPicture], *, timed: bool, offsets: bool = False
) -> Solution:
    """Place all cameras that the board links and adjust them together with the board poses.

    Parameters
    ----------
    board, lenses, pictures : what was seen; cameras are numbered as in `lenses`
    timed : picture times are real; else pictures of one instant are simultaneous
    offsets : every camera's times are off by a constant of their own, to be found with the rest
    """
    shared = seen_together(pictures, LEAST_CORNERS)
    _require_enough(lenses, pictures, shared)
    placement = place(board, shared, stacked([lens.camera for lens in lenses]))
    chosen = [lens for lens, placed in zip(lenses, placement.placed, strict=True) if placed]
    if len(chosen) < 2:
        raise CalibrationError(
            "no two cameras agree on where the board was: check that frames are paired rightly, that every camera's "
            "footage is its own and that BOARD.toml describes the board"
        )
    sightings, state = _starting_point(board, chosen, shared, placement, timed)
    reference = int(np.count_nonzero(placement.placed[: placement.reference]))
    poses = np.zeros((len(chosen), CAMERA), dtype=np.bool_)
    poses[:, :6] = True
    poses[reference] = False
    first = adjust(sightings, state, poses, Knowledge.none(state), timed=timed)
    free = poses | np.array([lens.model.free for lens in chosen])
    knowledge = Knowledge(state, np.array([lens.information for lens in chosen]))
    final = adjust(sightings, first.state, free, knowledge, timed=timed)
    if offsets:
        free, knowledge = _with_offsets(free, knowledge, reference)
        final = adjust(sightings, final.state, free, knowledge, timed=True)
    return Solution(tuple(chosen), placement.placed, placement.links, reference, final)


def look_at_clocks(sightings: Sightings, state: State, free: NDArray[np.bool_], reference: int) -> Clocks:
    """Time offset of every camera against the reference, whatever else is `free` (C, CAMERA) moving along."""
    free, knowledge = _with_offsets(free, Knowledge.none(state), reference)
    outcome = adjust(sightings, state, free, knowledge, timed=True)
    return clocks_of(outcome)


def clocks_of(adjustment: Adjustment) -> Clocks:
    """The offsets of an adjustment that looked for them."""
    variance = np.diag(adjustment.covariance()).reshape(-1, CAMERA)[:, OFFSET]
    return Clocks(adjustment.state.offset_s, np.sqrt(np.maximum(variance, 0.0)), adjustment.rms_px)


def rig_of(lenses: Sequence[Lens], cameras: CameraArrays) -> Rig:
    """Named cameras of the solution."""
    return Rig(
        tuple(
            Camera(
                name=lens.name,
                size=lens.size,
                matrix=_matrix(cameras.focal[i], cameras.centre[i]),
                distortion=cameras.distortion[i, : lens.model.stored].copy(),
                T_camera_world=se3.compose(cameras.R[i], cameras.t[i]),
                fisheye=lens.model.fisheye,
            )
            for i, lens in enumerate(lenses)
        )
    )


def of_linked(pictures: Sequence[BoardPicture], linked: NDArray[np.bool_]) -> list[BoardPicture]:
    """Pictures by the linked cameras, numbered among themselves."""
    number = np.cumsum(linked) - 1
    return [replace(p, camera=int(number[p.camera])) for p in pictures if linked[p.camera]]


def _with_offsets(free: NDArray[np.bool_], knowledge: Knowledge, reference: int) -> tuple[NDArray[np.bool_], Knowledge]:
    """Let every clock but the reference camera's move, as far as clocks usually are off."""
    free, precision = free.copy(), knowledge.precision.copy()
    free[:, OFFSET] = np.arange(len(free)) != reference
    precision[:, OFFSET, OFFSET] = 1.0 / _OFFSET_SD_S**2
    return free, replace(knowledge, precision=precision)


def _matrix(focal: Array, centre: Array) -> Array:
    return np.array([[focal[0], 0.0, centre[0]], [0.0, focal[1], centre[1]], [0.0, 0.0, 1.0]])


def _starting_point(
    board: Board, chosen: Sequence[Lens], shared: Sequence[BoardPicture], placement: Placement, timed: bool
) -> tuple[Sightings, State]:
    """The placed cameras alone, renumbered, with their board poses."""
    cameras = selected(placement.cameras, placement.placed)
    posed = pose_boards(board, of_linked(shared, placement.placed), cameras)
    sightings = assemble(board, posed.pictures, [lens.size[1] for lens in chosen], timed=timed)
    clocks = np.zeros(len(chosen))
    T = posed.T_world_board
    return sightings, State(cameras, clocks, clocks.copy(), T[:, :3, :3].copy(), T[:, :3, 3].copy())


def _require_enough(lenses: Sequence[Lens], pictures: Sequence[BoardPicture], shared: Sequence[BoardPicture]) -> None:
    instants = len({picture.instant for picture in shared})
    if instants < _LEAST_INSTANTS:
        seen = ", ".join(f"{lens.name} {sum(p.camera == i for p in pictures)}" for i, lens in enumerate(lenses))
        raise CalibrationError(
            f"two cameras saw the board together in {instants} frames, at least {_LEAST_INSTANTS} are needed "
            f"(frames with a board: {seen}); move the board where several cameras see it at once"
        )
