"""What is on the screen at every step, and what the keys do to it."""

import numpy as np

from reconstruct.types import LiveFrame
from viewer import subject
from viewer.controls import KEYS, Controls, view_of_key
from viewer.open3d_window import Window
from viewer.overlay.paint import PANEL_WIDTH_PX, paint_help, paint_panel
from viewer.overlay.readouts import Panel, rows_of
from viewer.room import Room
from viewer.scene import SceneOptions, build_scene
from viewer.screen_quads import Overlay
from viewer.source import Source
from viewer.views import Array

_NUMBERS_INTERVAL_S = 0.1


class Stage:
    """One window, one source: each step shows the newest frame and obeys the keys."""

    def __init__(self, window: Window, source: Source, room: Room) -> None:
        self._window, self._source, self._room = window, source, room
        self._controls = Controls()
        self._numbers_due = 0.0
        self._panel: Panel | None = None
        self._overlays: dict[str, Overlay] = {}
        self._turned_to_person = False
        self._followed: Array | None = None
        self._help = Overlay(paint_help(KEYS), "top left")
        self._shown: tuple[LiveFrame | None, SceneOptions] = None, self._controls.options
        window.show(build_scene(room, None, self._controls.options))
        self._turn("4", None)

    def step(self, now_s: float) -> bool:
        """Show what is new; False when the window is to be closed."""
        keys = self._window.pressed()
        for key in keys:
            self._controls = self._controls.after(key)
            self._source.press(key)
        frame = self._source.newest()
        self._turn_to_person_once(frame)
        for key in keys:
            self._turn(key, frame)
        self._follow(frame)
        self._show_scene(frame)
        self._show_numbers(frame, now_s)
        return self._window.draw()

    def _show_scene(self, frame: LiveFrame | None) -> None:
        """Build and send a scene only where it differs from what is on the screen."""
        options = self._controls.options
        if frame is not self._shown[0] or options != self._shown[1]:
            self._window.show(build_scene(self._room, frame, options))
            self._shown = frame, options

    def _turn_to_person_once(self, frame: LiveFrame | None) -> None:
        if not self._turned_to_person and frame is not None and subject.centre(frame.points) is not None:
            self._turned_to_person = True
            self._turn("4", frame)

    def _turn(self, key: str, frame: LiveFrame | None) -> None:
        """Take the view of a key that has one, the person in the middle of what the panel leaves free."""
        view = view_of_key(key, self._room, frame)
        if view is not None:
            self._window.look(view.beside_panel(PANEL_WIDTH_PX, self._window.screen.size))

    def _follow(self, frame: LiveFrame | None) -> None:
        """Go where the hips go, if the watcher wants that; whatever the mouse has done to the view stays."""
        place = None if frame is None else subject.mid_hip(frame.points)
        if not self._controls.follow:
            self._followed = None
        elif place is not None and np.isfinite(place).all():
            if self._followed is not None:
                self._window.move_eye(place - self._followed)
            self._followed = place

    def _show_numbers(self, frame: LiveFrame | None, now_s: float) -> None:
        """Renew the panel ten times a second: faster nobody can read."""
        if now_s >= self._numbers_due:
            self._numbers_due = now_s + _NUMBERS_INTERVAL_S
            self._renew_panel(frame)
        helped = {"help": self._help} if self._controls.help else {}
        self._window.show_overlays(self._overlays | helped)

    def _renew_panel(self, frame: LiveFrame | None) -> None:
        rows = rows_of(None if frame is None else frame.angles)
        panel = Panel(rows, self._source.status(), self._source.alert())
        if panel != self._panel:
            self._panel = panel
            self._overlays = {"panel": Overlay(paint_panel(panel), "top right")}
