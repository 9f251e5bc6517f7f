"""Whom a click means, with an eye that stands where it is easy to reckon."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconstruct.types import Bystander, LiveFrame
from tests.unit.viewer.conftest import standing_frame
from viewer import views
from viewer.choosing import pointed_at
from viewer.picking import REACH_PX, distance_px, picked
from viewer.screen_quads import Screen

SIZE = (1280, 720)
FOCAL_PX = 1000.0
AHEAD = Screen(SIZE, np.eye(4), np.array([[FOCAL_PX, 0.0, 640.0], [0.0, FOCAL_PX, 360.0], [0.0, 0.0, 1.0]]))
"""An eye in the origin that looks along z: a metre at a distance of ten is a hundred pixels."""


def segment(*ends: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    start, end = np.array(ends)
    return start[None], end[None]


UPRIGHT = segment((0.0, -1.0, 10.0), (0.0, 1.0, 10.0))
"""From (640, 260) to (640, 460) on the screen."""


@pytest.mark.parametrize(
    ("at_px", "distance"), [((640, 300), 0.0), ((650, 300), 10.0), ((640, 200), 60.0), ((670, 500), 50.0)]
)
def test_distance_to_a_segment_on_the_screen(at_px: tuple[float, float], distance: float) -> None:
    assert distance_px(AHEAD, at_px, *UPRIGHT) == pytest.approx(distance)


def test_what_is_behind_the_eye_or_unknown_cannot_be_meant() -> None:
    behind = segment((0.0, -1.0, -10.0), (0.0, 1.0, -10.0))
    through = segment((0.0, 0.0, -1.0), (0.0, 0.0, 5.0))
    unknown = segment((np.nan, 0.0, 10.0), (0.0, 0.0, 10.0))
    assert picked(AHEAD, (640, 360), [behind, through, unknown]) is None
    assert picked(AHEAD, (640, 360), [behind, UPRIGHT, unknown]) == 1
    assert picked(AHEAD, (640, 360), []) is None


def test_the_nearest_within_reach_is_meant() -> None:
    beside = segment((0.3, -1.0, 10.0), (0.3, 1.0, 10.0))
    assert picked(AHEAD, (652, 360), [UPRIGHT, beside]) == 0
    assert picked(AHEAD, (658, 360), [UPRIGHT, beside]) == 1
    assert picked(AHEAD, (670 + REACH_PX + 1, 360), [UPRIGHT, beside]) is None


@given(st.floats(-1.4, 1.4), st.floats(-1.4, 1.4), st.floats(0.0, 2 * np.pi))
def test_a_click_into_a_mark_means_that_person_from_any_side(x: float, y: float, azimuth: float) -> None:
    heading = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    view = views.close((0.0, 0.0, 0.9), heading)
    screen = Screen(SIZE, view.T_camera_world, views.intrinsic_matrix(SIZE))
    inside, _ = screen.project(np.array([[x + 0.2, y, 0.004]]))
    other = Bystander(5, x, y)
    nobody = nobody_of_whom_anything_is_known()
    assert pointed_at(screen, inside[0], [replace(nobody, others=(other,))]) == other


def test_bones_mean_their_subject(standing: LiveFrame) -> None:
    moved = replace(standing.points, xyz=standing.points.xyz + np.array([0.0, 1.0, 0.0]))
    second = replace(standing, points=moved, subject=2)
    view = views.front((0.0, 0.5, 0.9), (1.0, 0.0, 0.0))
    screen = Screen(SIZE, view.T_camera_world, views.intrinsic_matrix(SIZE))
    for frame in (standing, second):
        pixels, _ = screen.project(frame.points.xyz)
        for at_px in pixels:
            assert pointed_at(screen, at_px, [standing, second]) is frame
    assert pointed_at(screen, (20, 20), [standing, second]) is None
    assert pointed_at(screen, (20, 20), []) is None


def nobody_of_whom_anything_is_known() -> LiveFrame:
    frame = standing_frame()
    return replace(frame, points=replace(frame.points, xyz=np.full_like(frame.points.xyz, np.nan)))
