"""Whether anybody could see a window, and what libraries want to know that open one."""

import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager

from viewer.errors import ViewerError


def require_display() -> None:
    """Raise ViewerError where a window could open but nobody would see it."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ViewerError("this machine has no display; add --snapshot PICTURE.png for a picture without one")


@contextmanager
def runtime_folder() -> Generator[None]:
    """Name some runtime folder: without one the Wayland library complains on machines that do not even use it."""
    is_named = "XDG_RUNTIME_DIR" in os.environ
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    try:
        yield
    finally:
        if not is_named:
            del os.environ["XDG_RUNTIME_DIR"]
