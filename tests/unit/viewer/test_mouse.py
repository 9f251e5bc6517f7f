"""A hand on the mouse: what turns, what moves, and what is a click."""

import pytest

from viewer.mouse import CLICK_PX, CONTROL, LEFT_BUTTON, MIDDLE_BUTTON, PRESS, RELEASE, Drag, Mouse


@pytest.fixture
def mouse() -> Mouse:
    mouse = Mouse()
    assert mouse.moved(100.0, 50.0) is None
    return mouse


def test_press_and_release_at_one_place_is_a_click_and_turns_nothing(mouse: Mouse) -> None:
    mouse.button(LEFT_BUTTON, PRESS, 0)
    assert mouse.moved(100.0 + CLICK_PX, 50.0) is None
    mouse.button(LEFT_BUTTON, RELEASE, 0)
    assert mouse.clicks() == [(100.0, 50.0)]
    assert mouse.clicks() == []
    assert mouse.moved(300.0, 300.0) is None


def test_a_drag_turns_by_all_of_its_way_and_never_clicks(mouse: Mouse) -> None:
    mouse.button(LEFT_BUTTON, PRESS, 0)
    assert mouse.moved(102.0, 50.0) is None
    assert mouse.moved(110.0, 52.0) == Drag("turn", (10.0, 2.0), (110.0, 52.0))
    assert mouse.moved(100.0, 50.0) == Drag("turn", (-10.0, -2.0), (100.0, 50.0))
    mouse.button(LEFT_BUTTON, RELEASE, 0)
    assert mouse.clicks() == []


@pytest.mark.parametrize(("button", "modifiers"), [(MIDDLE_BUTTON, 0), (LEFT_BUTTON, CONTROL)])
def test_what_moves_the_view(mouse: Mouse, button: int, modifiers: int) -> None:
    mouse.button(button, PRESS, modifiers)
    assert mouse.moved(90.0, 70.0) == Drag("move", (-10.0, 20.0), (90.0, 70.0))


def test_only_the_left_button_clicks(mouse: Mouse) -> None:
    for button in (1, MIDDLE_BUTTON):
        mouse.button(button, PRESS, 0)
        mouse.button(button, RELEASE, 0)
    assert mouse.clicks() == []
