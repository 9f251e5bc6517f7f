"""Virtual rigs that look at a virtual board: corners with noise, or whole pictures through real lenses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.board_pattern import black_rectangles
from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.intrinsics.lens import Lens
from calibration.intrinsics.lens_models import MODELS
from calibration.kernels.board_view import CAMERA
from geometry import se3
from geometry.camera_model import CameraArrays, normalise, project
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]
Gray = NDArray[np.uint8]

SIZE = (1280, 720)
_BACKGROUND = 110.0
BIG_BOARD = Board("charuco", 9, 7, 0.1, 0.075, "DICT_5X5_1000")


def ring(n: int, radius_m: float = 3.0, seed: int = 0, size: tuple[int, int] = SIZE) -> Rig:
    """Cameras on a circle, 1.8 to 2.6 m high, all looking at a point a metre above the middle; lenses all different."""
    rng = np.random.default_rng(seed)
    cameras: list[Camera] = []
    for i in range(n):
        angle = 2.0 * np.pi * i / n + rng.uniform(-0.1, 0.1)
        place = np.array([radius_m * np.cos(angle), radius_m * np.sin(angle), rng.uniform(1.8, 2.6)])
        aim = np.array([*rng.uniform(-0.2, 0.2, 2), 1.0])
        focal = 0.75 * size[0] * rng.uniform(0.9, 1.1)
        matrix = np.array([[focal, 0, size[0] / 2 + rng.uniform(-15, 15)], [0, focal, size[1] / 2], [0, 0, 1.0]])
        lens = np.array([rng.uniform(-0.15, 0.05), rng.uniform(-0.02, 0.05), *rng.uniform(-5e-4, 5e-4, 2), 0.0])
        cameras.append(Camera(f"cam{i + 1:02d}", size, matrix, lens, looking_at(place, aim)))
    return Rig(tuple(cameras))


def looking_at(place: Array, aim: Array) -> Array:
    """T_camera_world of a level camera."""
    forward = (aim - place) / np.linalg.norm(aim - place)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    return se3.compose(rotation, -rotation @ place)


def waved_boards(n: int, board: Board, seed: int = 0, tilt_rad: float = 0.9) -> Array:
    """(n, 4, 4) T_world_board of a board held print up, tilted this way and that, all through the volume."""
    rng = np.random.default_rng(seed)
    middle = np.array([board.width_m / 2, board.height_m / 2, 0.0])
    poses: list[Array] = []
    for _ in range(n):
        # Print up: the board's z, into the print, points down.
        turn = se3.rotation_from_vector([0, 0, rng.uniform(-np.pi, np.pi)])
        lean = se3.rotation_from_vector(rng.uniform(-tilt_rad, tilt_rad, 3) * [1, 1, 0])
        rotation = turn @ lean @ np.diag([1.0, -1.0, -1.0])
        place = rng.uniform([-0.9, -0.9, 0.2], [0.9, 0.9, 1.7])
        poses.append(se3.compose(rotation, place - rotation @ middle))
    return np.array(poses)


def moving_boards(time_s: Array, board: Board, seed: int = 0, speed: float = 1.0) -> Array:
    """(n, 4, 4) T_world_board of a board carried smoothly along, about 0.4 m/s times `speed`."""
    rng = np.random.default_rng(seed)
    phase, rate = rng.uniform(0, 2 * np.pi, (6, 2)), speed * rng.uniform(0.4, 1.2, (6, 2))
    wave = np.sin(time_s[:, None, None] * rate + phase).sum(axis=-1)
    middle = np.array([board.width_m / 2, board.height_m / 2, 0.0])
    base = np.diag([1.0, -1.0, -1.0])
    rotation = se3.rotation_from_vector(wave[:, 3:] * [0.2, 0.2, 0.9]) @ base
    place = wave[:, :3] * [0.35, 0.35, 0.25] + [0.0, 0.0, 0.8]
    return se3.compose(rotation, place - rotation @ middle)


def seen(rig: Rig, camera: int, board: Board, T_world_board: Array) -> Detection:
    """Exact corners of a board that faces a camera, as far as they lie in its picture."""
    one = rig.cameras[camera]
    corners = se3.apply(T_world_board, board.points[: board.side_points])
    outward = -T_world_board[:3, 2]
    to_camera = one.centre_world - corners.mean(axis=0)
    uv = project(rig.arrays, camera, corners)
    inside = ((uv >= 0) & (uv < np.array(one.size) - 1)).all(axis=1)
    faces = outward @ to_camera > 0.25 * np.linalg.norm(to_camera)
    ids = np.flatnonzero(inside) if faces and inside.sum() >= 8 else np.empty(0, np.int64)
    return Detection(ids, uv[ids])


@dataclass(frozen=True)
class Noise:
    """Standard deviation of a corner's coordinates, px, and the generator that draws it."""

    sigma_px: float
    rng: np.random.Generator

    def __call__(self, found: Detection) -> Detection:
        """The detection with noise."""
        return Detection(found.ids, found.uv + self.rng.normal(0.0, self.sigma_px, found.uv.shape))


def pictures_of_boards(rig: Rig, board: Board, T_world_board: Array, noise: Noise) -> list[BoardPicture]:
    """What synchronised cameras see of boards, one instant per board."""
    return [
        BoardPicture(c, k, float(k), noise(found))
        for k, pose in enumerate(T_world_board)
        for c in range(len(rig))
        if (found := seen(rig, c, board, pose))
    ]


def unsynchronised_pictures(
    rig: Rig, board: Board, seconds: float, rate_hz: float, late_s: Sequence[float], noise: Noise
) -> list[BoardPicture]:
    """Pictures of a carried board by cameras that are each late by a constant; timestamps do not know of it."""
    times = np.arange(0.0, seconds, 1.0 / rate_hz)
    pictures: list[BoardPicture] = []
    for c, late in enumerate(late_s):
        for k, pose in enumerate(moving_boards(times + late, board)):
            found = seen(rig, c, board, pose)
            if found:
                pictures.append(BoardPicture(c, k, float(times[k]), noise(found)))
    return pictures


def close_ups(rig: Rig, camera: int, board: Board, n: int, noise: Noise) -> list[Detection]:
    """Pictures for a lens: the board close, in every part of the picture and tilted."""
    one, found = rig.cameras[camera], list[Detection]()
    middle = np.array([board.width_m / 2, board.height_m / 2, 0.0])
    while len(found) < n:
        aim = noise.rng.uniform([0.1, 0.1], [0.9, 0.9]) * one.size
        xy = normalise(rig.arrays, camera, np.asarray(aim, dtype=np.float64))
        distance = noise.rng.uniform(0.9, 2.2)
        rotation = se3.rotation_from_vector(noise.rng.uniform(-0.6, 0.6, 3))
        T_camera_board = se3.compose(rotation, np.array([*xy, 1.0]) * distance - rotation @ middle)
        pose = se3.invert(one.T_camera_world) @ T_camera_board
        uv = project(rig.arrays, camera, se3.apply(pose, board.points[: board.side_points]))
        ids = np.flatnonzero(((uv >= 0) & (uv < np.array(one.size) - 1)).all(axis=1))
        if len(ids) >= 12:
            found.append(noise(Detection(ids, uv[ids])))
    return found


def render(camera: Camera, board: Board, T_world_board: Array, rng: np.random.Generator, blur_px: float = 0.8) -> Gray:
    """A gray picture of the board through the camera's lens, blurred and noisy, (height, width) uint8."""
    width, height = camera.size
    picture = np.full((height, width), _BACKGROUND, np.float32)
    x0, y0, x1, y1 = _window(camera, board, T_world_board)
    if x1 > x0 and y1 > y0:
        # Four rays per pixel.
        v, u = np.mgrid[2 * y0 : 2 * y1, 2 * x0 : 2 * x1].astype(np.float64) / 2.0 - 0.25
        fine = _seen_along(camera, board, T_world_board, np.stack([u, v], axis=-1))
        picture[y0:y1, x0:x1] = cv2.resize(fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    noisy = cv2.GaussianBlur(picture, (0, 0), blur_px) + rng.normal(0.0, 2.0, picture.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _seen_along(camera: Camera, board: Board, T_world_board: Array, uv: Array) -> NDArray[np.float32]:
    """Brightness where the rays of pixels (h, w, 2) meet the board's plane."""
    xy = normalise(Rig((camera,)).arrays, 0, uv)
    T_board_camera = se3.invert(camera.T_camera_world @ T_world_board)
    rays = np.concatenate([xy, np.ones((*xy.shape[:2], 1))], axis=-1) @ T_board_camera[:3, :3].T
    origin = T_board_camera[:3, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = -origin[2] / rays[..., 2]
        plane = origin[:2] + depth[..., None] * rays[..., :2]
    texture, per_metre, margin = board_texture(board, _texels_per_metre(camera, board, T_world_board))
    at = np.where((depth > 0)[..., None], (plane + margin) * per_metre - 0.5, -10.0).astype(np.float32)
    return cv2.remap(texture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=_BACKGROUND).astype(np.float32)


def _texels_per_metre(camera: Camera, board: Board, T_world_board: Array) -> float:
    """About as many texels as rays where the board is nearest, so that no ray falls between two; steps of 2 ** 0.5.

    A finer texture, sampled at single points, would move edges by up to a quarter of a pixel.
    """
    depth = se3.apply(camera.T_camera_world @ T_world_board, board.points)[:, 2].min()
    rays = 2.0 * camera.matrix[0, 0] / max(float(depth), 0.1)
    return float(min(2.0 ** (np.round(2.0 * np.log2(rays)) / 2.0), 3000.0))


def _window(camera: Camera, board: Board, T_world_board: Array) -> tuple[int, int, int, int]:
    """Pixels that the board can touch; all of them when it reaches behind the camera."""
    size = np.array(camera.size)
    reach = board.points.max(axis=0)[:2] + board.square_m * 2.0
    edge = np.array(
        [
            [x, y, 0.0]
            for x in np.linspace(-board.square_m * 2, reach[0], 9)
            for y in np.linspace(-board.square_m * 2, reach[1], 9)
        ]
    )
    uv = project(Rig((camera,)).arrays, 0, se3.apply(T_world_board, edge))
    if not np.isfinite(uv).all():
        return 0, 0, int(size[0]), int(size[1])
    low, high = np.clip(uv.min(axis=0) - 8, 0, size).astype(int), np.clip(uv.max(axis=0) + 8, 0, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


@cache
def board_texture(board: Board, per_metre: float = 1500.0) -> tuple[NDArray[np.float32], float, float]:
    """Board as printed, white border included: texture, its pixels per metre, and the border in metres."""
    shift = board.square_m if board.kind == "checkerboard" else 0.0
    margin = 0.5 * board.square_m + shift
    columns, rows = (round((side + board.square_m) * per_metre) for side in (board.width_m, board.height_m))
    texture = np.full((rows, columns), 235.0, np.float32)
    for x, y, width, height in black_rectangles(board):
        down = _covered(rows, (y + margin) * per_metre, (y + height + margin) * per_metre)
        across = _covered(columns, (x + margin) * per_metre, (x + width + margin) * per_metre)
        texture[down[0], across[0]] -= 210.0 * np.outer(down[1], across[1]).astype(np.float32)
    return (255.0 - texture if board.inverted else texture), per_metre, margin


def _covered(pixels: int, start: float, end: float) -> tuple[slice, Array]:
    """Pixels that an interval touches, and the share of each that it covers."""
    first, last = int(start), min(int(np.ceil(end)), pixels)
    edges = np.arange(first, last)
    return slice(first, last), np.minimum(edges + 1.0, end) - np.maximum(edges, start)


def aligned_errors(found: Rig, truth: Rig) -> tuple[Array, Array]:
    """Distance of camera centres (C,) in metres and turn (C,) in radians after the best rigid motion."""
    a, b = (np.array([c.centre_world for c in rig.cameras]) for rig in (found, truth))
    rotation = se3.nearest_rotation((b - b.mean(axis=0)).T @ (a - a.mean(axis=0)))
    T_truth_found = se3.compose(rotation, b.mean(axis=0) - rotation @ a.mean(axis=0))
    moved = found.moved(T_truth_found)
    apart = [np.linalg.norm(f.centre_world - t.centre_world) for f, t in zip(moved.cameras, truth.cameras, strict=True)]
    turns = [
        se3.rotation_angle(f.T_camera_world[:3, :3] @ t.T_camera_world[:3, :3].T)
        for f, t in zip(moved.cameras, truth.cameras, strict=True)
    ]
    return np.array(apart, dtype=np.float64), np.array(turns, dtype=np.float64)


def as_arrays(camera: Camera) -> CameraArrays:
    """A single camera packed."""
    return Rig((camera,)).arrays


def known_lenses(rig: Rig, focal_sd_px: float = 0.5) -> list[Lens]:
    """Lenses as if learnt before, known to half a pixel."""
    information = np.zeros((CAMERA, CAMERA))
    for columns, sd in ((slice(6, 10), focal_sd_px), (slice(10, 14), 2e-3)):
        information[columns, columns] = np.eye(4) / sd**2
    lenses: list[Lens] = []
    for camera in rig.cameras:
        arrays = as_arrays(camera)._replace(R=np.eye(3)[None], t=np.zeros((1, 3)))
        cells = np.ones((6, 8), dtype=np.int64)
        lenses.append(Lens(camera.name, camera.size, MODELS[0], arrays, information, 0.4, 0.4, 40, cells))
    return lenses
