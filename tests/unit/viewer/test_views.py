"""Views against OpenCV's own projection: who is left, who is right, what is in the picture."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from viewer import views
from viewer.views import View, intrinsic_matrix

Array = NDArray[np.float64]

SIZE = (1280, 720)
CENTRE = np.array([0.4, -0.3, 0.9])
HEADING = np.array([0.6, 0.8, 0.0])
TO_RIGHT = np.array([0.8, -0.6, 0.0])
UP = np.array([0.0, 0.0, 1.0])


def pixel(view: View, point: Array, size: tuple[int, int] = SIZE) -> Array:
    T = view.T_camera_world
    rotation_vector, _ = cv2.Rodrigues(T[:3, :3])
    uv, _ = cv2.projectPoints(point.reshape(1, 1, 3), rotation_vector, T[:3, 3], intrinsic_matrix(size), np.zeros(5))
    return np.asarray(uv, float).ravel()


@pytest.mark.parametrize("make", [views.front, views.side, views.top, views.close])
def test_a_view_is_a_camera_that_looks_at_the_person(make: Callable[[ArrayLike, ArrayLike], View]) -> None:
    view = make(CENTRE, HEADING)
    T = view.T_camera_world
    np.testing.assert_allclose(T[:3, :3] @ T[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(T[:3, :3]) == pytest.approx(1.0)
    np.testing.assert_allclose(pixel(view, CENTRE), [639.5, 359.5], atol=1e-9)
    for reach in (0.9 * UP, -0.8 * UP, 0.9 * TO_RIGHT, -0.9 * TO_RIGHT):
        assert 0 < pixel(view, CENTRE + reach)[1] < SIZE[1]


def test_front_shows_the_right_side_on_the_left() -> None:
    view = views.front(CENTRE, HEADING)
    assert pixel(view, CENTRE + 0.1 * TO_RIGHT)[0] < 639
    assert pixel(view, CENTRE + 0.1 * UP)[1] < 359
    np.testing.assert_allclose(view.eye - CENTRE, HEADING * np.linalg.norm(view.eye - CENTRE))


def test_side_stands_at_the_right_and_sees_the_front_at_the_right() -> None:
    view = views.side(CENTRE, HEADING)
    assert (view.eye - CENTRE) @ TO_RIGHT > 1.0
    assert pixel(view, CENTRE + 0.1 * HEADING)[0] > 640


def test_top_keeps_left_and_right_as_in_front() -> None:
    view = views.top(CENTRE, HEADING)
    assert pixel(view, CENTRE + 0.1 * TO_RIGHT)[0] < 639
    assert pixel(view, CENTRE + 0.1 * HEADING)[1] > 360


def test_the_whole_room_is_in_the_picture() -> None:
    corners = np.array([[x, y, z] for x in (-4.0, 4.0) for y in (-3.0, 5.0) for z in (0.5, 2.5)])
    view = views.whole_room(corners, CENTRE, HEADING)
    for corner in corners:
        u, v = pixel(view, corner)
        assert 0 < u < SIZE[0]
        assert 0 < v < SIZE[1]


def test_beside_a_panel_the_person_is_in_the_middle_of_the_rest() -> None:
    view = views.front(CENTRE, HEADING).beside_panel(400, SIZE)
    np.testing.assert_allclose(pixel(view, CENTRE), [639.5 - 200, 359.5], atol=1e-9)
