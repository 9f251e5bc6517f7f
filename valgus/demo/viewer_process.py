"""The window of a demonstration, in a process of its own: it sees the newest frame and delays nobody."""

import time
from importlib.util import find_spec
from multiprocessing.connection import Connection

from capture.transport import NewestSubscription
from geometry.rig import Rig
from valgus.demo.interrupts import leave_interrupts_to_the_parent
from viewer.display import require_display
from viewer.errors import ViewerError


def can_show() -> bool:
    """Whether a window could be opened and seen here."""
    if find_spec("open3d") is None:
        return False
    try:
        require_display()
    except ViewerError:
        return False
    return True


def run_viewer(results: str, rig: Rig, parent: Connection) -> None:
    """Show what the hub publishes at `results` until the watcher closes the window."""
    leave_interrupts_to_the_parent()
    from viewer.app import watch
    from viewer.feed import LiveFeed
    from viewer.room import room_of

    with parent, NewestSubscription(results) as subscription:
        watch(LiveFeed(subscription, time.monotonic), room_of(rig), "valgus demo")
