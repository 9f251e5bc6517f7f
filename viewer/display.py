"""Whether anybody could see a window."""

import os
import sys

from viewer.errors import ViewerError


def require_display() -> None:
    """Raise ViewerError where a window could open but nobody would see it."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ViewerError("this machine has no display; add --snapshot PICTURE.png for a picture without one")
