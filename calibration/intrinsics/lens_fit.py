"""Fit one lens model to pictures of a board."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.adjust import Adjustment, Knowledge, adjust
from calibration.bundle.problem import Corners, Sightings, State
from calibration.detection.detection import Detection
from calibration.intrinsics.lens_models import LensModel
from calibration.kernels.board_view import DISTORTION, INTRINSIC
from calibration.planar_pose import board_poses
from geometry import se3
from geometry.camera_model import CameraArrays, normalise, project

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Size = tuple[int, int]

# Focal lengths tried, as a share of the longer image side, when the pictures do not suggest one.
_FOCAL_SHARES = (0.4, 0.6, 0.9, 1.4)
_FIRST_ROUND = 30


def fit_lens(board: Board, detections: Sequence[Detection], size: Size, model: LensModel) -> Adjustment | None:
    """Lens and board poses that explain the pictures best; None when no starting point leads anywhere."""
    fits = [_fit_from(board, detections, size, model, focal) for focal in _starting_focals(board, detections, size)]
    found = [fit for fit in fits if fit is not None]
    return min(found, key=lambda fit: fit.rms_px, default=None)


def refit_lens(fit: Adjustment, size: Size, model: LensModel) -> Adjustment | None:
    """The same pictures under a model with more coefficients, from where a simpler one arrived."""
    state = fit.state
    try:
        outcome = adjust(fit.task.sightings, state, model.free[None], Knowledge.none(state), timed=False)
    except np.linalg.LinAlgError:
        return None
    return outcome if _possible(outcome.state.cameras, size) else None


def camera_with(focal: float, size: Size, *, fisheye: bool) -> CameraArrays:
    """A single camera at the origin, without distortion, centred."""
    return CameraArrays(
        focal=np.array([[focal, focal]]),
        centre=np.array([[(size[0] - 1) / 2.0, (size[1] - 1) / 2.0]]),
        distortion=np.zeros((1, 8)),
        fisheye=np.array([fisheye]),
        R=np.eye(3)[None],
        t=np.zeros((1, 3)),
    )


def view_errors(board: Board, detections: Sequence[Detection], camera: CameraArrays) -> Array:
    """(V,) rms pixel distance of each picture under a fixed lens, the board's pose fitted; inf without a pose."""
    camera = _at_origin(camera)
    errors = np.full(len(detections), np.inf)
    for i, found in enumerate(detections):
        poses = board_poses(board, found, normalise(camera, 0, found.uv))
        if len(poses):
            miss = project(camera, 0, se3.apply(poses[0], board.points[found.ids])) - found.uv
            errors[i] = np.sqrt((miss**2).sum(axis=1).mean())
    return np.where(np.isfinite(errors), errors, np.inf)


def _fit_from(
    board: Board, detections: Sequence[Detection], size: Size, model: LensModel, focal: float
) -> Adjustment | None:
    """Focal length and first coefficient, then everything: the full model diverges from a poor start."""
    camera = camera_with(focal, size, fisheye=model.fisheye)
    first = np.zeros_like(model.free)
    first[[INTRINSIC, INTRINSIC + 1, DISTORTION]] = True
    sightings, state = starting_point(board, detections, camera)
    if len(sightings.camera) == 0:
        return None
    for free in (first, model.free):
        try:
            outcome = adjust(sightings, state, free[None], Knowledge.none(state), timed=False)
        except np.linalg.LinAlgError:
            return None
        state = outcome.state
        if not _possible(state.cameras, size):
            return None
    return outcome


def _possible(camera: CameraArrays, size: Size) -> bool:
    focal, centre = camera.focal[0], camera.centre[0]
    return bool(
        np.all(np.isfinite(camera.distortion))
        and np.all(focal > 0.1 * max(size))
        and np.all(focal < 20.0 * max(size))
        and np.all(np.abs(centre / size - 0.5) < 0.5)
    )


def starting_point(board: Board, detections: Sequence[Detection], camera: CameraArrays) -> tuple[Sightings, State]:
    """Pictures with a board pose under this lens; `knot_time_s` remembers which detection each came from."""
    camera = _at_origin(camera)
    poses: list[Array] = []
    used: list[int] = []
    for i, found in enumerate(detections):
        candidates = board_poses(board, found, normalise(camera, 0, found.uv))
        if len(candidates):
            poses.append(candidates[0])
            used.append(i)
    of_used = [detections[i] for i in used]
    count = np.array([len(found.ids) for found in of_used], dtype=np.int64)
    uv = np.concatenate([found.uv for found in of_used]) if used else np.empty((0, 2))
    points = np.concatenate([board.points[found.ids] for found in of_used]) if used else np.empty((0, 3))
    order = np.arange(len(used))
    sightings = Sightings(
        Corners(points, np.ascontiguousarray(uv), np.zeros(len(uv))),
        np.concatenate([[0], np.cumsum(count)]),
        np.zeros(len(used), dtype=np.int64),
        order,
        np.array(used, dtype=float),
        np.array(used, dtype=float),
    )
    T = np.array(poses).reshape(-1, 4, 4)
    return sightings, State(camera, np.zeros(1), np.zeros(1), T[:, :3, :3].copy(), T[:, :3, 3].copy())


def only_pictures(fit: Adjustment, keep: Mask) -> tuple[Sightings, State]:
    """The pictures of a fit where `keep`, a mask of its detections, holds, with the poses that it found."""
    whole, state = fit.task.sightings, fit.state
    kept = keep[whole.knot_time_s.astype(np.int64)]
    corners = kept[whole.picture_of]
    count = np.diff(whole.start)[kept]
    number = np.arange(len(count))
    sightings = Sightings(
        Corners(*(values[corners] for values in whole.corners)),
        np.concatenate([[0], np.cumsum(count)]),
        np.zeros(len(count), dtype=np.int64),
        number,
        whole.time_s[kept],
        whole.knot_time_s[kept],
    )
    return sightings, replace(state, board_R=state.board_R[kept], board_t=state.board_t[kept])


def _at_origin(camera: CameraArrays) -> CameraArrays:
    return camera._replace(R=np.eye(3)[None], t=np.zeros((1, 3)))


def _starting_focals(board: Board, detections: Sequence[Detection], size: Size) -> list[float]:
    """The focal length that vanishing points suggest, when it is a possible one, before those simply tried."""
    tried = [share * max(size) for share in _FOCAL_SHARES]
    flat = [board.points[found.ids % board.side_points].astype(np.float32) for found in detections]
    uv = [found.uv.astype(np.float32).reshape(-1, 1, 2) for found in detections]
    try:
        matrix = cv2.initCameraMatrix2D(flat, uv, size)
    except cv2.error:
        return tried
    suggested = float(matrix[0, 0])
    return [suggested] if 0.2 * max(size) < suggested < 5.0 * max(size) else tried
