"""`valgus view` in a real window on a real display: what is on the screen, and what keys and mouse do to it."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.desktop import PATIENCE_S, SCENE_WIDTH, Picture, Viewer, changed, count, running_viewer
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import CAMERA, ELLIPSOID, LEFT, RIGHT


@pytest.fixture(scope="module")
def viewer(squat_folder: Path, display: str) -> Iterator[Viewer]:
    with running_viewer(display, str(squat_folder)) as viewer:
        viewer.wait_until(lambda picture: count(picture, LEFT) > 300)
        yield viewer


@pytest.fixture
def paused(viewer: Viewer) -> Iterator[Picture]:
    """The picture at which the viewer was paused; afterwards it plays and looks as at first."""
    viewer.desktop.press("space")
    yield viewer.wait_until(says_paused)
    viewer.desktop.press("4")
    viewer.desktop.press("space")
    viewer.wait_until(lambda picture: not says_paused(picture))


def says_paused(picture: Picture) -> bool:
    """Whether there is a word behind the time in the panel."""
    behind_time = picture[398:420, -PANEL_WIDTH_PX - 12 + 116 : -PANEL_WIDTH_PX - 12 + 176]
    return bool((behind_time.max(axis=-1) < 100).sum() > 60)


def test_person_cameras_and_numbers_are_on_the_screen(viewer: Viewer) -> None:
    picture = viewer.desktop.picture()
    assert count(picture, LEFT) > 500
    assert count(picture, RIGHT) > 500
    panel = picture[13:400, -PANEL_WIDTH_PX - 10 : -14]
    assert (panel == 255).all(axis=-1).mean() > 0.8
    assert (panel.max(axis=-1) < 60).sum() > 1000


def test_the_squat_goes_on(viewer: Viewer) -> None:
    before = viewer.desktop.picture()
    viewer.wait_until(lambda picture: changed(before[:, :SCENE_WIDTH], picture[:, :SCENE_WIDTH]) > 2000)


def test_space_pauses(viewer: Viewer, paused: Picture) -> None:
    time.sleep(1.0)
    assert changed(paused, viewer.desktop.picture()) == 0


def test_c_takes_the_cameras_away_and_back(viewer: Viewer, paused: Picture) -> None:
    with_cameras = count(paused, CAMERA, 30)
    viewer.desktop.press("c")
    viewer.wait_until(lambda picture: count(picture, CAMERA, 30) < with_cameras - 200)
    viewer.desktop.press("c")
    viewer.wait_until(lambda picture: changed(paused, picture) == 0)


def test_e_shows_error_ellipsoids(viewer: Viewer, paused: Picture) -> None:
    viewer.desktop.press("e")
    viewer.wait_until(lambda picture: count(picture, ELLIPSOID) > count(paused, ELLIPSOID) + 200)
    viewer.desktop.press("e")
    viewer.wait_until(lambda picture: changed(paused, picture) == 0)


def test_h_shows_the_keys(viewer: Viewer, paused: Picture) -> None:
    viewer.desktop.press("h")
    viewer.wait_until(lambda picture: changed(paused[:320, :300], picture[:320, :300]) > 20_000)
    viewer.desktop.press("h")
    viewer.wait_until(lambda picture: changed(paused, picture) == 0)


def test_views_differ_and_come_back(viewer: Viewer, paused: Picture) -> None:
    seen = [paused]
    for key in "1235":
        viewer.desktop.press(key)
        seen.append(viewer.wait_until(lambda picture: all(changed(old, picture) > 5000 for old in seen)))
        assert count(seen[-1], LEFT) > 100
    for key, first_seen in zip("1235", seen[1:], strict=True):
        viewer.desktop.press(key)
        viewer.wait_until(lambda picture, expected=first_seen: changed(expected, picture) == 0)


def test_the_mouse_turns_the_scene_and_leaves_the_panel(viewer: Viewer, paused: Picture) -> None:
    viewer.desktop.drag((300, 400), (420, 380))
    turned = viewer.wait_until(lambda picture: changed(paused[:, :SCENE_WIDTH], picture[:, :SCENE_WIDTH]) > 5000)
    panel = slice(13, 400), slice(-PANEL_WIDTH_PX - 10, -14)
    # A hundredth of a pixel is lost to 32-bit floats: text may change by a few of 255 levels, not more.
    levels = np.abs(turned[panel].astype(int) - paused[panel])
    assert levels.max() <= 12


def test_q_closes(viewer: Viewer) -> None:
    viewer.desktop.press("q")
    assert viewer.process.wait(PATIENCE_S) == 0
