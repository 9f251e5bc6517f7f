"""The loop of a window that shows the newest frame of a source, sixty times a second at most."""

import os
import sys
import time
from typing import Protocol

import numpy as np

from reconstruct.types import LiveFrame
from viewer import subject
from viewer.controls import KEYS, Controls, view_of_key
from viewer.errors import ViewerError
from viewer.open3d_window import Window
from viewer.overlay.paint import PANEL_WIDTH_PX, paint_help, paint_panel
from viewer.overlay.readouts import Panel, rows_of
from viewer.room import Room
from viewer.scene import build_scene
from viewer.screen_quads import Overlay
from viewer.views import Array

WINDOW_SIZE = (1280, 720)

_FRAME_INTERVAL_S = 1 / 60
_NUMBERS_INTERVAL_S = 0.1


class Source(Protocol):
    """Where frames come from: a recording or a live address."""

    def newest(self) -> LiveFrame | None:
        """Frame to show now; None before the first."""
        ...

    def status(self) -> tuple[str, ...]:
        """Short lines about the source."""
        ...

    def alert(self) -> str | None:
        """What the watcher must not miss."""
        ...

    def press(self, key: str) -> None:
        """Obey the keys that pause and seek."""
        ...


def watch(source: Source, room: Room, title: str) -> None:
    """Open a window and show the source until the watcher closes it.

    Raises
    ------
    ViewerError : this machine has no display
    """
    require_display()
    with Window(title, WINDOW_SIZE) as window:
        stage = Stage(window, source, room)
        due = time.monotonic()
        while stage.step(time.monotonic()):
            due = max(due + _FRAME_INTERVAL_S, time.monotonic())
            time.sleep(max(due - time.monotonic(), 0.0))


def require_display() -> None:
    """Raise ViewerError where a window could open but nobody would see it."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ViewerError("this machine has no display; add --snapshot PICTURE.png for a picture without one")


class Stage:
    """One window, one source: each step shows the newest frame and obeys the keys."""

    def __init__(self, window: Window, source: Source, room: Room) -> None:
        self._window, self._source, self._room = window, source, room
        self._controls = Controls()
        self._numbers_due = 0.0
        self._overlays: dict[str, Overlay] = {}
        self._turned_to_person = False
        self._followed: Array | None = None
        self._help = Overlay(paint_help(KEYS), "top left")
        window.show(build_scene(room, None, self._controls.options))
        self._turn("4", None)

    def step(self, now_s: float) -> bool:
        """Show what is new; False when the window is to be closed."""
        frame = self._source.newest()
        if frame is not None and not self._turned_to_person:
            self._turn("4", frame)
            self._turned_to_person = subject.centre(frame.points) is not None
        for key in self._window.pressed():
            self._controls = self._controls.after(key)
            self._source.press(key)
            self._turn(key, frame)
        self._follow(frame)
        self._window.show(build_scene(self._room, frame, self._controls.options))
        self._show_numbers(frame, now_s)
        return self._window.draw()

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
            rows = rows_of(None if frame is None else frame.angles)
            panel = Panel(rows, self._source.status(), self._source.alert())
            self._overlays = {"panel": Overlay(paint_panel(panel), "top right")}
        helped = {"help": self._help} if self._controls.help else {}
        self._window.show_overlays(self._overlays | helped)
