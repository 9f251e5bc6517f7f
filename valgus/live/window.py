"""The window on a live session, in a process of its own: it sees the newest frame and delays nobody."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection

from geometry.rig import Rig
from valgus.errors import ValgusError
from valgus.processes.actor import Actor
from viewer.display import require_display
from viewer.errors import ViewerError

_NICENESS = 10


@dataclass(frozen=True)
class ViewerReady:
    """Everything is loaded; the window opens now."""


def open_window(results: str, rig: Rig, title: str, tell: Callable[[str], None], commands: str | None = None) -> Actor:
    """Start the viewer's process; a window that cannot be opened is said and does not matter to anybody else.

    `commands` is where the session can be asked to follow somebody else.
    """
    window = Actor("the viewer", run_viewer, results=results, rig=rig, heading=title, commands=commands)
    try:
        window.first_word(ViewerReady)
    except ValgusError as error:
        tell(f"going on without a window: {error}")
    return window


def can_show() -> bool:
    """Whether a window could be opened and seen here."""
    if find_spec("open3d") is None:
        return False
    try:
        require_display()
    except ViewerError:
        return False
    return True


def run_viewer(results: str, rig: Rig, heading: str, commands: str | None, parent: Connection) -> None:
    """Say `ViewerReady`, then show what the hub publishes at `results` until the watcher closes the window."""
    _step_back()
    from valgus.live.wishes import chooser_at
    from viewer.app import watch
    from viewer.feed import LiveFeed
    from viewer.newest import NewestMessages
    from viewer.room import room_of

    parent.send(ViewerReady())
    with NewestMessages(results) as subscription, chooser_at(commands) as chooser:
        watch(LiveFeed(subscription, time.monotonic), room_of(rig), heading, chooser)


def _step_back() -> None:
    """Let the hub go first where both want the same core, as drawing without a graphics card does."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
