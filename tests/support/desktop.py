"""A display in memory, the one window on it, and a hand on its keyboard and mouse, through Xlib itself."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.app import WINDOW_SIZE
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import Colour

Picture = NDArray[np.uint8]

PATIENCE_S = 120.0
SCENE_WIDTH = WINDOW_SIZE[0] - PANEL_WIDTH_PX - 16
KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, MOTION = 2, 3, 4, 5, 6
KEYSYMS = {"space": 0x20, "Home": 0xFF50}


class _Image(ctypes.Structure):
    """The beginning of Xlib's XImage."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")),
        ("data", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth", "bytes_per_line")),
    ]


class _InputEvent(ctypes.Structure):
    """Xlib's XKeyEvent; XButtonEvent and XMotionEvent begin alike."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        *((name, ctypes.c_ulong) for name in ("window", "root", "subwindow", "time")),
        *((name, ctypes.c_int) for name in ("x", "y", "x_root", "y_root")),
        ("state", ctypes.c_uint),
        ("detail", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("_padding", ctypes.c_byte * 128),
    ]


_ERROR_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class Desktop:
    """The one window on a display: its pixels, and events sent to it as if from keyboard and mouse."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._ignore = _ERROR_HANDLER(lambda _display, _error: 0)  # a window that is not yet mapped has no picture
        self._x.XSetErrorHandler(self._ignore)
        self._x.XGetImage.restype = ctypes.POINTER(_Image)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._milliseconds = 1000

    def window(self) -> int | None:
        """Identity of the window, once there is one."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self._x.XQueryTree(
            self._display, self._root, *map(ctypes.byref, (root, parent)), ctypes.byref(children), ctypes.byref(count)
        )
        return children[count.value - 1] if count.value else None

    def picture(self) -> Picture:
        """What the screen shows where the window is, (height, width, 3) in red, green, blue; black without one."""
        width, height = WINDOW_SIZE
        window = self.window()
        if window is None:
            return np.zeros((height, width, 3), np.uint8)
        drawable, every_plane = ctypes.c_ulong(window), ctypes.c_ulong(~0)
        found = self._x.XGetImage(self._display, drawable, 0, 0, width, height, every_plane, 2)
        if not found:
            return np.zeros((height, width, 3), np.uint8)
        image = found.contents
        raw = ctypes.string_at(image.data, image.bytes_per_line * height)
        pixels = np.frombuffer(raw, np.uint8).reshape(height, -1, 4)[:, :width, 2::-1]
        return pixels.copy()

    def press(self, key: str) -> None:
        """Press and release a key."""
        keycode = self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(KEYSYMS.get(key, ord(key[0]))))
        for kind in (KEY_PRESS, KEY_RELEASE):
            self._send(kind, 1 if kind == KEY_PRESS else 2, keycode, (5, 5), 0)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left mouse button."""
        self._send(MOTION, 64, 0, start, 0)
        self._send(BUTTON_PRESS, 4, 1, start, 0)
        for share in np.linspace(0.2, 1.0, 5):
            x, y = (round(a + share * (b - a)) for a, b in zip(start, end, strict=True))
            self._send(MOTION, 64, 0, (x, y), 0x100)
        self._send(BUTTON_RELEASE, 8, 1, end, 0x100)

    def click(self, at: tuple[int, int]) -> None:
        """Click with the left mouse button, with a hand that shakes by a pixel."""
        self._send(MOTION, 64, 0, at, 0)
        self._send(BUTTON_PRESS, 4, 1, at, 0)
        self._send(MOTION, 64, 0, (at[0] + 1, at[1]), 0x100)
        self._send(BUTTON_RELEASE, 8, 1, (at[0] + 1, at[1]), 0x100)

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def _send(self, kind: int, mask: int, detail: int, at: tuple[int, int], state: int) -> None:
        self._milliseconds += 20
        window = self.window()
        assert window is not None
        event = _InputEvent(
            type=kind, window=window, root=self._root, time=self._milliseconds, x=at[0], y=at[1], state=state,
            detail=detail, same_screen=1,
        )  # fmt: skip
        self._x.XSendEvent(self._display, ctypes.c_ulong(window), 1, ctypes.c_long(mask), ctypes.byref(event))
        self._x.XFlush(self._display)


@dataclass
class Viewer:
    """A running `valgus view` and the desktop that it is on."""

    process: "subprocess.Popen[str]"
    desktop: Desktop

    def wait_until(self, condition: Callable[[Picture], Any]) -> Picture:
        """The first picture that meets the condition."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.communicate()[1]
            picture = self.desktop.picture()
            if condition(picture):
                return picture
            time.sleep(0.05)
        raise AssertionError(f"not seen on the screen within {PATIENCE_S} s")


@contextmanager
def running_viewer(display: str, *arguments: str) -> Iterator[Viewer]:
    """`valgus view ARGUMENTS` on a display."""
    environment = {**os.environ, "DISPLAY": display}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [sys.executable, "-m", "valgus", "view", *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    desktop = Desktop(display)
    yield Viewer(process, desktop)
    desktop.close()
    process.kill()
    process.communicate()


def count(picture: Picture, colour: Colour, tolerance: int = 60) -> int:
    """Pixels of the scene in about this colour, whatever the light."""
    scene = picture[:, :SCENE_WIDTH].reshape(-1, 3).astype(float)
    bright = scene.max(axis=1, keepdims=True)
    hue = scene / np.maximum(bright, 1.0) - np.divide(colour, max(colour))
    lit = bright[:, 0] / (255 * max(colour))
    return int(((np.abs(hue).max(axis=1) < tolerance / 255) & (lit > 0.3) & (lit < 1.1)).sum())


def changed(before: Picture, after: Picture) -> int:
    return int((before != after).any(axis=-1).sum())
