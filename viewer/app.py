"""The loop of a window that shows the newest frame of a source, sixty times a second at most."""

import os
import time

from viewer.choosing import Chooser
from viewer.display import require_display
from viewer.open3d_window import Window
from viewer.room import Room
from viewer.source import Source
from viewer.stage import Stage

WINDOW_SIZE = (1280, 720)

_FRAME_INTERVAL_S = 1 / 60
_NICENESS = 10


def watch(source: Source, room: Room, title: str, chooser: Chooser) -> None:
    """Open a window and show the source until the watcher closes it; `chooser` hears of clicks on strangers.

    The process goes behind all others of the machine: a picture may be late, a measurement may not.

    Raises
    ------
    ViewerError : this machine has no display
    """
    require_display()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with Window(title, WINDOW_SIZE) as window:
        stage = Stage(window, source, room, chooser)
        due = time.monotonic()
        while stage.step(time.monotonic()):
            due = max(due + _FRAME_INTERVAL_S, time.monotonic())
            time.sleep(max(due - time.monotonic(), 0.0))
