"""A still picture of one frame, drawn like the window but without a display."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import angle_index
from reconstruct.types import AngleTrial, LiveFrame, PointTrial
from viewer import subject, views
from viewer.open3d_window import Window
from viewer.overlay.paint import PANEL_WIDTH_PX, paint_panel
from viewer.overlay.readouts import Panel, rows_of
from viewer.room import Room
from viewer.scene import SceneOptions, build_scene
from viewer.screen_quads import Overlay

Picture = NDArray[np.uint8]

PICTURE_SIZE = (1280, 720)

_SCALE = 2
_LEGS = ("Hip", "Knee", "Ankle")


def representative_frame(points: PointTrial, angles: AngleTrial) -> int:
    """Index of the deepest knee flexion among frames that show both legs; the middle where no knee is known."""
    names = points.keypoint_set.names
    legs = [names.index(side + part) for side in "LR" for part in _LEGS if side + part in names]
    legs_seen = np.isfinite(points.xyz[:, legs]).all(axis=(1, 2))
    flexion = np.mean([angles.values[:, angle_index(f"knee_flexion_{side}")] for side in "lr"], axis=0)
    usable = np.where(legs_seen & np.isfinite(flexion), flexion, -np.inf)
    return int(np.argmax(usable)) if np.isfinite(usable).any() else len(usable) // 2


def draw_snapshot(
    room: Room,
    frame: LiveFrame,
    status: tuple[str, ...],
    options: SceneOptions | None = None,
    others: Sequence[LiveFrame] = (),
) -> Picture:
    """Picture (height, width, 3) in red, green, blue: the close view of the person, the other subjects, and the panel.

    Drawn twice as large and scaled down: without a display Open3D smooths no edges.
    """
    with Window("valgus", PICTURE_SIZE, visible=False, scale=_SCALE) as window:
        window.show(build_scene(room, frame, options or SceneOptions(), others))
        view = views.close(*subject.whereabouts(frame))
        window.look(view.beside_panel(PANEL_WIDTH_PX * _SCALE, window.screen.size))
        panel = paint_panel(Panel(rows_of(frame.angles), status), _SCALE)
        window.show_overlays({"panel": Overlay(panel, "top right")})
        large = window.picture()
    width, height = large.shape[1] // _SCALE, large.shape[0] // _SCALE
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
