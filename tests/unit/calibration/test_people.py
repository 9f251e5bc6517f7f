"""Rigs from a person: placed from nothing, refined, and one camera registered again."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.people.known_length import metres_per_unit_from_height, metres_per_unit_from_segment
from calibration.people.point_bundle import PointViews
from calibration.people.refinement import median_distances, refine_rig, register_camera
from calibration.people.structure import place_by_points
from calibration.world_frame.feet import world_from_feet
from geometry import se3
from geometry.rays import triangulate_linear
from geometry.rig import Rig
from tests.support.virtual_boards import aligned_errors, ring
from tests.support.walker import EARS, HEELS, HEIGHT_M, HIP, KNEE, views_of, walker

Array = NDArray[np.float64]

RIG = ring(4)
FRAMES = 600
POINTS = walker(FRAMES)
VIEWS = views_of(RIG, POINTS, sigma_px=1.0)


def _turned(rig: Rig, camera: int, turn_deg: list[float], shift_m: list[float]) -> Rig:
    step = se3.compose(se3.rotation_from_vector(np.deg2rad(turn_deg)), np.array(shift_m))
    cameras = list(rig.cameras)
    cameras[camera] = replace(cameras[camera], T_camera_world=step @ cameras[camera].T_camera_world)
    return Rig(tuple(cameras))


@cache
def _placed() -> tuple[Rig, Array]:
    """The rig from the walker's keypoints alone, in an unknown unit, and the points in that unit."""
    cameras = place_by_points(RIG.names, VIEWS, RIG.arrays)
    points = triangulate_linear(cameras, VIEWS.uv, VIEWS.seen.astype(float)).reshape(POINTS.shape)
    placed = [
        replace(camera, T_camera_world=se3.compose(R, t))
        for camera, R, t in zip(RIG.cameras, cameras.R, cameras.t, strict=True)
    ]
    return Rig(tuple(placed)), points


def _scaled(rig: Rig, factor: float) -> Rig:
    return Rig(
        tuple(
            replace(c, T_camera_world=se3.compose(c.T_camera_world[:3, :3], factor * c.T_camera_world[:3, 3]))
            for c in rig.cameras
        )
    )


def test_a_walking_person_places_all_cameras_up_to_scale() -> None:
    placed, points = _placed()
    by_segment = metres_per_unit_from_segment(points[:, HIP], points[:, KNEE], 0.42)
    by_height = metres_per_unit_from_height(points[:, EARS], points[:, HEELS], HEIGHT_M)
    assert by_height == pytest.approx(by_segment, rel=0.01)
    apart_m, turned_rad = aligned_errors(_scaled(placed, by_segment), RIG)
    assert apart_m.max() < 0.01
    assert np.rad2deg(turned_rad).max() < 0.1


def test_feet_put_the_floor_under_a_rig_from_a_person() -> None:
    placed, points = _placed()
    metres = metres_per_unit_from_segment(points[:, HIP], points[:, KNEE], 0.42)
    world = world_from_feet(metres * points[:, HEELS], metres * points[:, EARS].mean(axis=1), np.arange(FRAMES) / 60.0)
    heights = [camera.centre_world[2] for camera in _scaled(placed, metres).moved(world.T_world_rig).cameras]
    np.testing.assert_allclose(heights, [camera.centre_world[2] for camera in RIG.cameras], atol=0.02)


def test_no_length_without_frames_that_show_it() -> None:
    nothing = np.full((50, 3), np.nan)
    with pytest.raises(CalibrationError, match="seen in 0 frames; at least 20"):
        metres_per_unit_from_segment(nothing, nothing, 0.4)
    with pytest.raises(CalibrationError, match="ears and heels are seen together in 0 frames"):
        metres_per_unit_from_height(np.full((50, 2, 3), np.nan), np.full((50, 2, 3), np.nan), 1.8)


def test_cameras_that_share_no_points_are_refused() -> None:
    uv = VIEWS.uv.copy()
    quarter = uv.shape[1] // 4
    for c in range(4):
        uv[c, : c * quarter] = np.nan
        uv[c, (c + 1) * quarter :] = np.nan
    with pytest.raises(CalibrationError, match="no two cameras share 30 points"):
        place_by_points(RIG.names, PointViews(uv, VIEWS.kinds), RIG.arrays)
    uv = VIEWS.uv.copy()
    uv[3] = np.nan
    with pytest.raises(CalibrationError, match="'cam04': shares 0 points with the others"):
        place_by_points(RIG.names, PointViews(uv, VIEWS.kinds), RIG.arrays)


def test_refining_brings_a_worn_rig_back() -> None:
    rng = np.random.default_rng(4)
    worn = RIG
    for c in range(4):
        worn = _turned(worn, c, list(rng.normal(0, 0.15, 3)), list(rng.normal(0, 0.003, 3)))
    refined = refine_rig(worn, VIEWS)
    before_m, before_rad = aligned_errors(worn, RIG)
    after_m, after_rad = aligned_errors(refined.rig, RIG)
    assert after_m.max() <= before_m.max()
    assert after_rad.max() < 0.4 * before_rad.max()
    assert np.all(refined.after_px < 0.6 * refined.before_px)


def test_refining_needs_three_cameras() -> None:
    with pytest.raises(CalibrationError, match="the rig has 2 cameras; at least 3"):
        refine_rig(RIG.select(["cam01", "cam02"]), PointViews(VIEWS.uv[:2], VIEWS.kinds))


@pytest.mark.parametrize("camera", [0, 2])
def test_a_bumped_camera_is_registered_again_and_no_other_moves(camera: int) -> None:
    bumped = _turned(RIG, camera, [0.6, -0.7, 0.4], [0.004, 0.0, -0.003])
    found = register_camera(bumped, RIG.names[camera], VIEWS)
    assert found.before_px[camera] > 5.0
    others = [c for c in range(4) if c != camera]
    np.testing.assert_array_equal(found.moved_m[others], 0.0)
    apart = np.linalg.norm(found.rig.cameras[camera].centre_world - RIG.cameras[camera].centre_world)
    turn = found.rig.cameras[camera].T_camera_world[:3, :3] @ RIG.cameras[camera].T_camera_world[:3, :3].T
    assert apart < 0.005
    assert np.rad2deg(se3.rotation_angle(turn)) < 0.1


def test_a_camera_carried_elsewhere_is_registered_too() -> None:
    carried = _turned(RIG, 1, [0.0, 30.0, 0.0], [0.5, 0.2, -0.4])
    found = register_camera(carried, "cam02", VIEWS)
    assert np.linalg.norm(found.rig.cameras[1].centre_world - RIG.cameras[1].centre_world) < 0.02
    assert median_distances(found.rig, VIEWS)[1] < 2.0


def test_a_pair_cannot_register_one_of_its_cameras() -> None:
    with pytest.raises(CalibrationError, match="'cam01': registering it again needs two other cameras"):
        register_camera(RIG.select(["cam01", "cam02"]), "cam01", PointViews(VIEWS.uv[:2], VIEWS.kinds))
