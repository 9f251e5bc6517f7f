"""A world without a floor: up as the cameras suggest, origin where the board was."""

import numpy as np
from numpy.typing import NDArray

from calibration.world_frame.world import World, frame_on_plane
from geometry.rig import Rig

Array = NDArray[np.float64]


def guessed_up(rig: Rig) -> Array:
    """(3,) direction most nearly square to every camera's horizontal axis, on the side of the cameras' tops.

    True when cameras stand without roll, as on tripods; two cameras that look the same way leave the tilt open, and
    then their mean top decides.
    """
    R = rig.arrays.R
    top = -R[:, 1].mean(axis=0)
    level = R[:, 0].T @ R[:, 0] / len(R)
    # A little of the mean top settles what the horizontal axes leave open.
    level += 1e-3 * (np.eye(3) - np.outer(top, top) / max(float(top @ top), 1e-12))
    _, axes = np.linalg.eigh(level)
    up = axes[:, 0]
    return up if up @ top >= 0.0 else -up


def guessed_world(rig: Rig, board_points: Array) -> World:
    """World with a guessed Z, its origin below the middle of where the board was (n, 3), level with the lowest thing.

    So boards and cameras all have positive heights, as they have above a real floor.
    """
    up = guessed_up(rig)
    centres = np.array([camera.centre_world for camera in rig.cameras])
    lowest = min(float((board_points @ up).min()), float((centres @ up).min()))
    centre = board_points.mean(axis=0)
    origin = centre - (centre @ up - lowest) * up
    forward = rig.cameras[0].viewing_direction_world
    return World(frame_on_plane(origin, up, np.cross(forward, up)), float("nan"), "guessed from the cameras' tilt")
