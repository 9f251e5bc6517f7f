"""What is on the screen at every step, and what keys and clicks do to it."""

import numpy as np

from reconstruct.types import Bystander, LiveFrame
from viewer import subject
from viewer.choosing import Chooser, pointed_at
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
_ANSWER_SHOWN_S = 5.0


class Stage:
    """One window, one source: each step shows the newest frame and obeys keys and clicks.

    A click on a subject shows that subject's angles; one on somebody else asks `chooser` to follow that person instead.
    """

    def __init__(self, window: Window, source: Source, room: Room, chooser: Chooser) -> None:
        self._window, self._source, self._room, self._chooser = window, source, room, chooser
        self._controls = Controls()
        self._numbers_due = 0.0
        self._answer: str | None = None
        self._answered_s = 0.0
        self._panel: Panel | None = None
        self._overlays: dict[str, Overlay] = {}
        self._turned_to_person = False
        self._followed: Array | None = None
        self._help = Overlay(paint_help(KEYS), "top left")
        self._shown: tuple[tuple[LiveFrame, ...], SceneOptions] = (), self._controls.options
        window.show(build_scene(room, None, self._controls.options))
        self._turn("4", None)

    def step(self, now_s: float) -> bool:
        """Show what is new; False when the window is to be closed."""
        keys = self._window.pressed()
        for key in keys:
            self._controls = self._controls.after(key)
            self._source.press(key)
        frame = self._source.newest()
        subjects = () if frame is None else (frame, *self._source.others())
        for at_px in self._window.clicked():
            self._choose(pointed_at(self._window.screen, at_px, subjects), subjects)
        self._turn_to_person_once(frame)
        for key in keys:
            self._turn(key, frame)
        self._follow(frame)
        self._show_scene(subjects)
        self._hear_answer(now_s)
        self._show_numbers(frame, now_s)
        return self._window.draw()

    def _choose(self, meant: LiveFrame | Bystander | None, subjects: tuple[LiveFrame, ...]) -> None:
        if isinstance(meant, Bystander):
            self._chooser.ask(subjects[0].subject, meant.person)
        elif meant is not None:
            self._source.choose(meant.subject)

    def _hear_answer(self, now_s: float) -> None:
        """Keep what is answered for a while."""
        answer = self._chooser.answer()
        if answer is not None:
            self._answer, self._answered_s = answer, now_s
        elif now_s - self._answered_s > _ANSWER_SHOWN_S:
            self._answer = None

    def _show_scene(self, subjects: tuple[LiveFrame, ...]) -> None:
        """Build and send a scene only where it differs from what is on the screen."""
        shown = subjects, self._controls.options
        if shown != self._shown:
            frame, *others = subjects or (None,)
            self._window.show(build_scene(self._room, frame, self._controls.options, others))
            self._shown = shown

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
        panel = Panel(rows, self._source.status(), self._source.alert(), self._answer)
        if panel != self._panel:
            self._panel = panel
            self._overlays = {"panel": Overlay(paint_panel(panel), "top right")}
