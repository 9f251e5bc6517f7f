"""The only file that knows Open3D: a window, or a picture without one, of a plain scene.

Open3D's legacy visualizer needs no GPU; without a display it renders through EGL.  Its camera is a pinhole in the
middle of the window, and its light is off: shading comes with the scene.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from viewer.display import runtime_folder
from viewer.errors import ViewerError
from viewer.mouse import Mouse, Position
from viewer.overlay.paint import paint_label
from viewer.palette import BACKGROUND
from viewer.scene import Scene
from viewer.screen_quads import OVERLAY_DEPTH_M, Overlay, Screen, quads, stacked
from viewer.shapes import Label, Lines, Mesh
from viewer.views import View, intrinsic_matrix

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

_NEAR_M = 0.05
_FAR_M = 60.0
_LINE_WIDTH_PX = 1.6
_LABEL_GAP_PX = 4.0
_PRESS, _REPEAT = 1, 2
_SPECIAL_KEYS = {"space": 32, "escape": 256, "right": 262, "left": 263, "home": 268}
_KEYS = {chr(code).lower(): code for code in (*range(ord("0"), ord("9") + 1), *range(ord("A"), ord("Z") + 1))}
_REPEATING = ("left", "right")
_CLOSING = ("q", "escape")


class Window:
    """Shows scenes; every key and click belongs to the program, the mouse turns, moves and zooms the view.

    Parameters
    ----------
    title : of the window
    size : (width, height) px
    visible : False for a picture only; then no display is needed
    scale : how many pixels stand for one, where a picture will be scaled down
    """

    def __init__(self, title: str, size: tuple[int, int], *, visible: bool = True, scale: int = 1) -> None:
        o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Error)
        self._visualizer: Any = o3d.visualization.VisualizerWithKeyCallback()
        width, height = size[0] * scale, size[1] * scale
        with runtime_folder():
            is_made = self._visualizer.create_window(title, width, height, visible=visible)
        if not is_made:
            raise ViewerError(f"no {width} x {height} px window can be opened; `valgus doctor` says what is missing")
        self._scale = scale
        self._layers = _Layers(self._visualizer)
        self._overlays: dict[str, Overlay] = {}
        self._labels: tuple[Label, ...] = ()
        self._label_sizes: Array = np.empty((0, 2))
        self._placed_for: Screen | None = None
        self._is_stale = True
        self._pressed: list[str] = []
        self._mouse = Mouse()
        self._closing = False
        self._set_options()
        for name, code in (_KEYS | _SPECIAL_KEYS).items():
            self._register(name, code)
        self._visualizer.register_mouse_move_callback(self._mouse_moved)
        self._visualizer.register_mouse_button_callback(self._mouse_button)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._visualizer.destroy_window()

    @property
    def screen(self) -> Screen:
        """Size of the picture now, and the camera that it is seen through."""
        camera = self._visualizer.get_view_control().convert_to_pinhole_camera_parameters()
        size = (camera.intrinsic.width, camera.intrinsic.height)
        return Screen(size, np.array(camera.extrinsic), np.array(camera.intrinsic.intrinsic_matrix))

    def look(self, view: View) -> None:
        """Put the eye somewhere; the first scene must have been shown before."""
        self._set_camera(view.T_camera_world)

    def move_eye(self, offset: Array) -> None:
        """Move the eye by `offset` (world, metres) without turning it."""
        T_camera_world = self.screen.T_camera_world
        T_camera_world[:3, 3] -= T_camera_world[:3, :3] @ offset
        self._set_camera(T_camera_world)

    def show(self, scene: Scene) -> None:
        """Take over a scene; layers that are the same object as before are not sent again."""
        self._is_stale = True
        for name, lines in scene.lines.items():
            self._layers.show(f"lines {name}", lines)
        for name, mesh in scene.meshes.items():
            self._layers.show(f"mesh {name}", mesh)
        if scene.labels != self._labels:
            self._replace_labels(scene.labels)

    def show_overlays(self, overlays: Mapping[str, Overlay]) -> None:
        """Take over the pictures that stay in the corners; the others go."""
        if overlays == self._overlays:
            return
        for name in self._overlays.keys() - overlays.keys():
            self._layers.remove(f"overlay {name}")
        for name, overlay in overlays.items():
            if self._overlays.get(name) is not overlay:
                self._layers.put(f"overlay {name}", _textured_quads([overlay.picture]))
        self._overlays = dict(overlays)
        self._placed_for = None

    def draw(self) -> bool:
        """Draw if anything has changed and hear the keyboard and mouse; False when the window is to be closed."""
        # `update_renderer` only asks for a picture; `poll_events` draws it, then lets the mouse move the eye.
        if self._place_quads() or self._is_stale:
            self._visualizer.update_renderer()
            self._is_stale = False
        return self._visualizer.poll_events() and not self._closing

    def pressed(self) -> list[str]:
        """Keys pressed since the last call: letters and digits, `space`, `left`, `right`, `home`."""
        pressed, self._pressed = self._pressed, []
        return pressed

    def clicked(self) -> list[Position]:
        """Where the left mouse button clicked since the last call, px; clicks on overlays are nobody's."""
        size, overlays = self.screen.size, self._overlays.values()
        clicks = self._mouse.clicks()
        return [at for at in clicks if not any(overlay.covers(at, size, self._scale) for overlay in overlays)]

    def picture(self) -> Picture:
        """What is shown, (height, width, 3) in red, green, blue."""
        self._place_quads()
        picture = np.asarray(self._visualizer.capture_screen_float_buffer(True))
        return np.round(picture * 255.0).astype(np.uint8)

    def _set_options(self) -> None:
        options = self._visualizer.get_render_option()
        options.light_on = False
        options.background_color = np.array(BACKGROUND)
        options.line_width = _LINE_WIDTH_PX * self._scale
        options.mesh_show_back_face = True
        control = self._visualizer.get_view_control()
        control.set_constant_z_near(_NEAR_M)
        control.set_constant_z_far(_FAR_M)

    def _mouse_moved(self, _visualizer: Any, x: float, y: float) -> bool:
        # A callback takes the place of Open3D's own turning and moving.
        drag = self._mouse.moved(x, y)
        if drag is not None:
            control = self._visualizer.get_view_control()
            (control.translate if drag.what == "move" else control.rotate)(*drag.by, *drag.to)
        return False

    def _mouse_button(self, _visualizer: Any, button: int, action: int, modifiers: int) -> bool:
        self._mouse.button(button, action, modifiers)
        return False

    def _register(self, name: str, code: int) -> None:
        def note(_visualizer: Any, action: int, _modifiers: int) -> bool:
            if name in _CLOSING:
                self._closing = True
            elif action == _PRESS or (action == _REPEAT and name in _REPEATING):
                self._pressed.append(name)
            return False

        self._visualizer.register_key_action_callback(code, note)

    def _set_camera(self, T_camera_world: Array) -> None:
        control = self._visualizer.get_view_control()
        camera = control.convert_to_pinhole_camera_parameters()
        width, height = camera.intrinsic.width, camera.intrinsic.height
        camera.intrinsic = o3d.camera.PinholeCameraIntrinsic(width, height, intrinsic_matrix((width, height)))
        camera.extrinsic = T_camera_world
        control.convert_from_pinhole_camera_parameters(camera, allow_arbitrary=True)

    def _replace_labels(self, labels: tuple[Label, ...]) -> None:
        self._labels, self._placed_for = labels, None
        if not labels:
            self._layers.remove("labels")
            return
        plates = [paint_label(label.text, label.colour, self._scale) for label in labels]
        self._label_sizes = np.array([plate.shape[1::-1] for plate in plates], dtype=float)
        self._layers.put("labels", _textured_quads(plates))

    def _place_quads(self) -> bool:
        """Bring labels and overlays in front of the eye; False where all of them stand there already."""
        screen = self.screen
        if screen.is_same_as(self._placed_for):
            return False
        self._placed_for = screen
        for name, overlay in self._overlays.items():
            corner = overlay.left_top_px(screen.size, self._scale)[None]
            size = np.array([overlay.picture.shape[1::-1]], dtype=float)
            self._layers.place(f"overlay {name}", quads(screen, corner, size, np.array([OVERLAY_DEPTH_M])))
        if self._labels:
            pixels, depths = screen.project(np.array([label.position for label in self._labels]))
            above = pixels - self._label_sizes * [0.5, 1.0] - [0.0, _LABEL_GAP_PX * self._scale]
            self._layers.place("labels", quads(screen, above, self._label_sizes, depths))
        return True


class _Layers:
    """Named geometries of one visualizer."""

    def __init__(self, visualizer: Any) -> None:
        self._visualizer = visualizer
        self._geometries: dict[str, Any] = {}
        self._shapes: dict[str, Mesh | Lines] = {}

    def show(self, name: str, shape: Mesh | Lines) -> None:
        """Send a shape unless it is the same object as before; an empty one goes."""
        if self._shapes.get(name) is shape:
            return
        self._shapes[name] = shape
        if len(shape.colours):
            self.put(name, _line_set(shape) if isinstance(shape, Lines) else _triangle_mesh(shape))
        else:
            self.remove(name)

    def put(self, name: str, geometry: Any) -> None:
        """Add a geometry, or put its contents into the one that is already there."""
        # Only the first geometry, the floor, tells the mouse how large the world is.
        if name not in self._geometries:
            self._visualizer.add_geometry(geometry, reset_bounding_box=not self._geometries)
            self._geometries[name] = geometry
            return
        known = self._geometries[name]
        for attribute in _CONTENTS[type(geometry)]:
            setattr(known, attribute, getattr(geometry, attribute))
        self._visualizer.update_geometry(known)

    def place(self, name: str, corners: Array) -> None:
        """Move the corners (n, 4, 3) of quadrilaterals."""
        geometry = self._geometries[name]
        geometry.vertices = o3d.utility.Vector3dVector(corners.reshape(-1, 3))
        self._visualizer.update_geometry(geometry)

    def remove(self, name: str) -> None:
        """Take a geometry away if it is there."""
        if name in self._geometries:
            self._visualizer.remove_geometry(self._geometries.pop(name), reset_bounding_box=False)


_CONTENTS: dict[Any, tuple[str, ...]] = {
    o3d.geometry.LineSet: ("points", "lines", "colors"),
    o3d.geometry.TriangleMesh: (
        "vertices", "triangles", "vertex_colors", "triangle_uvs", "triangle_material_ids", "textures",
    ),
}  # fmt: skip


def _line_set(lines: Lines) -> Any:
    geometry = o3d.geometry.LineSet()
    geometry.points = o3d.utility.Vector3dVector(lines.points)
    geometry.lines = o3d.utility.Vector2iVector(lines.segments)
    geometry.colors = o3d.utility.Vector3dVector(lines.colours)
    return geometry


def _triangle_mesh(mesh: Mesh) -> Any:
    geometry = o3d.geometry.TriangleMesh()
    geometry.vertices = o3d.utility.Vector3dVector(mesh.vertices)
    geometry.triangles = o3d.utility.Vector3iVector(mesh.triangles)
    geometry.vertex_colors = o3d.utility.Vector3dVector(mesh.colours)
    return geometry


def _textured_quads(pictures: list[Picture]) -> Any:
    """Quadrilaterals that show these pictures; where they stand is told later."""
    atlas, corners = stacked(pictures)
    first = 4 * np.arange(len(pictures), dtype=np.int32)[:, None, None]
    triangles = (np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32) + first).reshape(-1, 3)
    geometry = o3d.geometry.TriangleMesh()
    geometry.vertices = o3d.utility.Vector3dVector(np.zeros((4 * len(pictures), 3)))
    geometry.triangles = o3d.utility.Vector3iVector(triangles)
    geometry.triangle_uvs = o3d.utility.Vector2dVector(corners.reshape(-1, 2)[triangles.ravel()])
    geometry.triangle_material_ids = o3d.utility.IntVector(np.zeros(len(triangles), np.int32))
    image: Any = atlas
    geometry.textures = [o3d.geometry.Image(image)]
    return geometry
