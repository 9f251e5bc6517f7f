"""Cameras are drawn where they are and as they look; the floor lies under all of them."""

from pathlib import Path

import numpy as np
import pytest

from geometry import se3
from geometry.camera_model import project
from geometry.rig import Camera, Rig
from viewer.room import floor_grid, frustum, room_of


@pytest.fixture
def camera() -> Camera:
    matrix = np.array([[800.0, 0.0, 620.0], [0.0, 790.0, 350.0], [0.0, 0.0, 1.0]])
    rotation = se3.rotation_from_vector([1.2, -1.1, 1.3])
    return Camera("cam07", (1280, 720), matrix, np.zeros(5), se3.compose(rotation, [0.1, 0.6, 3.2]))


def test_the_pyramid_ends_at_the_corners_of_the_picture(camera: Camera) -> None:
    lines = frustum(camera)
    apexes = lines.points[lines.segments[:4, 0]]
    np.testing.assert_allclose(apexes, np.tile(camera.centre_world, (4, 1)))
    corners = lines.points[lines.segments[:4, 1]]
    expected = [[-0.5, -0.5], [1279.5, -0.5], [1279.5, 719.5], [-0.5, 719.5]]
    np.testing.assert_allclose(project(Rig((camera,)).arrays, 0, corners), expected, atol=1e-6)


def test_name_and_roof_are_above_the_picture(camera: Camera) -> None:
    room = room_of(Rig((camera,)))
    (label,) = room.camera_names
    assert label.text == "cam07"
    u, v = project(Rig((camera,)).arrays, 0, np.array(label.position))
    assert u == pytest.approx(639.5)
    assert v < -50


@pytest.mark.parametrize("centres", [[], [[5.2, -1.0, 2.0], [-0.3, 7.7, 1.0]]])
def test_the_floor_is_flat_and_reaches_under_every_camera(centres: list[list[float]]) -> None:
    places = np.array(centres).reshape(-1, 3)
    grid = floor_grid(places)
    ends = grid.points[grid.segments]
    flat = ends[(ends[..., 2] == 0.0).all(axis=1)]
    assert len(flat) == len(ends) - 3
    reach = np.abs(flat[..., :2]).max(axis=(0, 1))
    assert (reach >= np.abs(places[:, :2]).max(axis=0, initial=2.0)).all()
    np.testing.assert_allclose(flat * 2, np.round(flat * 2))


def test_a_room_without_a_rig_has_a_floor_only() -> None:
    room = room_of(None)
    assert len(room.floor.segments) > 0
    assert len(room.frusta.segments) == 0
    assert room.camera_names == ()
    assert room.camera_centres.shape == (0, 3)


def test_every_camera_of_a_recorded_rig_stands_on_its_own_pyramid(shared_data: Path) -> None:
    from calibration.formats.aniposelib import read_rig

    rig = read_rig(shared_data / "truth" / "squats1_ring4_lab" / "rig.toml")
    room = room_of(rig)
    for camera in rig.cameras:
        distances = np.linalg.norm(room.frusta.points - camera.centre_world, axis=1)
        assert distances.min() < 1e-9
    assert [label.text for label in room.camera_names] == list(rig.names)
