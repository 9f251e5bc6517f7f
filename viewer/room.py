"""What stands still: the floor, and the cameras with their names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry import se3
from geometry.rig import Camera, Rig
from viewer.palette import AXIS_X, AXIS_Y, AXIS_Z, CAMERA, FLOOR, FLOOR_METRE
from viewer.shapes import NO_LINES, Label, Lines, closed_loops, merged_lines, segments

Array = NDArray[np.float64]

_GRID_STEP_M = 0.5
_GRID_MARGIN_M = 0.5
_SMALLEST_FLOOR_M = 2.0
_FRUSTUM_DEPTH_M = 0.30
_ROOF_SHARE = 0.35
_WORLD_AXIS_LENGTH_M = 0.4
_ABOVE_FLOOR_M = 0.002
_AXES = np.array([AXIS_X, AXIS_Y, AXIS_Z])


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Lines of the floor and of every camera, and what the cameras are called."""

    floor: Lines
    frusta: Lines
    camera_names: tuple[Label, ...]
    camera_centres: Array
    """(C, 3) metres"""


def room_of(rig: Rig | None) -> Room:
    """Floor and cameras; without a rig the floor alone."""
    cameras = () if rig is None else rig.cameras
    centres = np.array([camera.centre_world for camera in cameras]).reshape(-1, 3)
    return Room(
        floor=floor_grid(centres),
        frusta=merged_lines([frustum(camera) for camera in cameras]) if cameras else NO_LINES,
        camera_names=tuple(_camera_name(camera) for camera in cameras),
        camera_centres=centres,
    )


def frustum(camera: Camera) -> Lines:
    """Pyramid of view of a camera, with a roof on the side that is up in its picture."""
    T_world_camera = se3.invert(camera.T_camera_world)
    corners = se3.apply(T_world_camera, _picture_corners(camera))
    roof = np.stack([corners[0], se3.apply(T_world_camera, _roof_top(camera)), corners[1]])
    rays = segments(np.tile(camera.centre_world, (4, 1)), corners, np.tile(CAMERA, (4, 1)))
    return merged_lines([rays, closed_loops(corners[None], CAMERA), closed_loops(roof[None], CAMERA)])


def _picture_corners(camera: Camera) -> Array:
    """Left upper, right upper, right lower, left lower corner at the end of the pyramid, camera frame, metres."""
    right, bottom = camera.size[0] - 0.5, camera.size[1] - 0.5
    pixels = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
    normalised = (pixels - camera.matrix[:2, 2]) / np.diag(camera.matrix)[:2]
    return np.column_stack([normalised, np.ones(4)]) * _FRUSTUM_DEPTH_M


def _roof_top(camera: Camera) -> Array:
    """Tip above the upper edge of the picture, camera frame, metres."""
    left_upper, right_upper, _, left_lower = _picture_corners(camera)
    return (left_upper + right_upper) / 2 + _ROOF_SHARE * (left_upper - left_lower)


def floor_grid(centres: Array) -> Lines:
    """Half-metre grid at height 0 that reaches under every camera, whole metres darker; the world's axes on it."""
    reach = np.max(np.abs(centres[:, :2]), axis=0, initial=_SMALLEST_FLOOR_M) + _GRID_MARGIN_M
    half_x, half_y = np.ceil(reach / _GRID_STEP_M).astype(int)
    along_y = _parallel_lines(half_x, half_y * _GRID_STEP_M, axis=0)
    along_x = _parallel_lines(half_y, half_x * _GRID_STEP_M, axis=1)
    arms = np.eye(3) * _WORLD_AXIS_LENGTH_M
    lifted = np.array([0.0, 0.0, _ABOVE_FLOOR_M])
    return merged_lines([along_y, along_x, segments(np.tile(lifted, (3, 1)), arms + lifted, _AXES)])


def _parallel_lines(half_count: int, half_length: float, axis: int) -> Lines:
    steps = np.arange(-half_count, half_count + 1)
    starts = np.zeros((len(steps), 3))
    starts[:, axis] = steps * _GRID_STEP_M
    ends = starts.copy()
    starts[:, 1 - axis], ends[:, 1 - axis] = -half_length, half_length
    whole_metre = (steps % 2 == 0)[:, None]
    return segments(starts, ends, np.where(whole_metre, FLOOR_METRE, FLOOR))


def _camera_name(camera: Camera) -> Label:
    x, y, z = se3.apply(se3.invert(camera.T_camera_world), _roof_top(camera))
    return Label(camera.name, (float(x), float(y), float(z)), CAMERA)
