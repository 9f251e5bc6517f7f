"""What a hand does with the mouse: it turns the view, moves it, or clicks."""

from dataclasses import dataclass
from typing import Literal

Position = tuple[float, float]

CLICK_PX = 4.0
"""A button that is let go so near to where it was pressed has clicked; farther away it has dragged."""

LEFT_BUTTON, MIDDLE_BUTTON = 0, 2
RELEASE, PRESS = 0, 1
CONTROL = 2
"""Numbers of GLFW, which opens the window."""


@dataclass(frozen=True, slots=True)
class Drag:
    """One step of a drag: what it does, how far the mouse has gone, and where it is now, px."""

    what: Literal["turn", "move"]
    by: Position
    to: Position


@dataclass(frozen=True, slots=True)
class _Pressed:
    what: Literal["turn", "move"]
    at: Position
    clicks: bool
    """Whether it still may be a click."""


class Mouse:
    """One mouse over one window; a click never turns the view, and a drag never clicks."""

    def __init__(self) -> None:
        self._at: Position = (0.0, 0.0)
        self._pressed: _Pressed | None = None
        self._clicks: list[Position] = []

    def moved(self, x: float, y: float) -> Drag | None:
        """The mouse is somewhere else; what that does to the view."""
        before, self._at = self._at, (x, y)
        held = self._pressed
        if held is None:
            return None
        if held.clicks:
            if _apart(held.at, self._at) <= CLICK_PX:
                return None
            self._pressed = _Pressed(held.what, held.at, clicks=False)
            before = held.at
        return Drag(held.what, (x - before[0], y - before[1]), self._at)

    def button(self, button: int, action: int, modifiers: int) -> None:
        """A button goes down or up."""
        if action == PRESS:
            self._press(button, modifiers)
        elif action == RELEASE:
            if self._pressed is not None and self._pressed.clicks and button == LEFT_BUTTON:
                self._clicks.append(self._pressed.at)
            self._pressed = None

    def clicks(self) -> list[Position]:
        """Where the left button has clicked since the last time, px."""
        clicks, self._clicks = self._clicks, []
        return clicks

    def _press(self, button: int, modifiers: int) -> None:
        if button == MIDDLE_BUTTON or (button == LEFT_BUTTON and modifiers & CONTROL):
            self._pressed = _Pressed("move", self._at, clicks=True)
        elif button == LEFT_BUTTON:
            self._pressed = _Pressed("turn", self._at, clicks=True)


def _apart(one: Position, other: Position) -> float:
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5
