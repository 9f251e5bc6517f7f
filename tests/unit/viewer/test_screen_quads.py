"""A picture on the screen covers exactly its own pixels, wherever the eye is."""

import numpy as np

from viewer import views
from viewer.screen_quads import Overlay, Screen, quads, stacked

SIZE = (1280, 720)


def _screen() -> Screen:
    view = views.close([0.2, -0.4, 0.9], [0.3, -0.7, 0.0])
    return Screen(SIZE, view.T_camera_world, views.intrinsic_matrix(SIZE))


def test_corners_project_back_to_the_pixel_borders() -> None:
    screen = _screen()
    corners = quads(
        screen, np.array([[100.0, 50.0], [7.2, 9.6]]), np.array([[30.0, 20.0], [5.0, 5.0]]), np.array([0.06, 3.0])
    )
    pixels, depths = screen.project(corners.reshape(-1, 3))
    expected = [
        [99.5, 49.5],
        [129.5, 49.5],
        [129.5, 69.5],
        [99.5, 69.5],
        [6.5, 9.5],
        [11.5, 9.5],
        [11.5, 14.5],
        [6.5, 14.5],
    ]
    np.testing.assert_allclose(pixels, expected, atol=1e-9)
    np.testing.assert_allclose(depths, [0.06] * 4 + [3.0] * 4)


def test_overlays_keep_to_their_corners() -> None:
    picture = np.zeros((40, 100, 3), np.uint8)
    np.testing.assert_array_equal(Overlay(picture, "top left").left_top_px(SIZE, 1), [12, 12])
    np.testing.assert_array_equal(Overlay(picture, "top right").left_top_px(SIZE, 2), [1280 - 24 - 100, 24])


def test_stacked_pictures_are_found_again_by_their_texture_corners() -> None:
    pictures = [np.full((h, w, 3), value, np.uint8) for h, w, value in ((10, 30, 1), (4, 7, 2), (12, 12, 3))]
    atlas, corners = stacked(pictures)
    assert atlas.shape == (26, 30, 3)
    for picture, corner in zip(pictures, corners * [30, 26], strict=True):
        (left, top), (right, bottom) = np.round(corner[0]).astype(int), np.round(corner[2]).astype(int)
        np.testing.assert_array_equal(atlas[top:bottom, left:right], picture)
