"""What a scene holds, and what the switches add and take away."""

from dataclasses import replace

import numpy as np
from scipy.stats import chi2

from capture.keypoint_sets import KEYPOINT_SETS
from reconstruct.types import LiveFrame, Points3D
from viewer.body import ELLIPSOID_SCALE, anatomical_axes, body, error_ellipsoids
from viewer.palette import AXIS_Y, LEFT, RIGHT
from viewer.room import room_of
from viewer.scene import SceneOptions, build_scene


def test_nobody_there_is_an_empty_room() -> None:
    room = room_of(None)
    scene = build_scene(room, None, SceneOptions())
    assert scene.meshes == {}
    assert scene.lines["floor"] is room.floor


def test_switches_add_and_take_away(standing: LiveFrame) -> None:
    room = room_of(None)
    off = build_scene(room, standing, SceneOptions(frusta=False))
    on = build_scene(room, standing, SceneOptions(ellipsoids=True, axes=True))
    assert off.labels == ()
    assert len(off.lines["ellipsoids"].segments) == len(off.meshes["axes"].triangles) == 0
    assert len(on.lines["ellipsoids"].segments) > 0
    assert len(on.meshes["axes"].triangles) > 0
    assert on.lines["floor"] is off.lines["floor"]


def test_sides_have_their_colours_where_their_joints_are(standing: LiveFrame) -> None:
    mesh = body(standing.points)
    for name, base in (("LKnee", LEFT), ("RKnee", RIGHT), ("LElbow", LEFT), ("RWrist", RIGHT)):
        joint = standing.points.xyz[standing.points.keypoint_set.index(name)]
        near = mesh.colours[np.linalg.norm(mesh.vertices - joint, axis=1) < 0.03]
        assert len(near) > 100
        np.testing.assert_allclose(near / near[:, :1], np.tile(np.divide(base, base[0]), (len(near), 1)), rtol=1e-9)


def test_unseen_points_take_their_bones_with_them(standing: LiveFrame) -> None:
    xyz = standing.points.xyz.copy()
    index = standing.points.keypoint_set.index
    xyz[index("LKnee")] = np.nan
    mesh = body(replace(standing.points, xyz=xyz))
    assert np.isfinite(mesh.vertices).all()
    shin = (standing.points.xyz[index("LKnee")] + standing.points.xyz[index("LAnkle")]) / 2
    assert np.linalg.norm(mesh.vertices - shin, axis=1).min() > 0.1
    nobody = body(replace(standing.points, xyz=np.full_like(xyz, np.nan)))
    assert len(nobody.vertices) == len(nobody.triangles) == 0


def test_every_keypoint_set_can_be_drawn() -> None:
    for points_set in KEYPOINT_SETS.values():
        n = len(points_set)
        xyz = np.random.default_rng(0).normal(size=(n, 3))
        points = Points3D(0, points_set, xyz, np.tile(np.eye(3), (n, 1, 1)), np.full(n, 2, np.int8), np.zeros(n))
        mesh = body(points)
        assert mesh.triangles.max() < len(mesh.vertices) == len(mesh.colours)
        assert len(error_ellipsoids(points).segments) == 96 * n


def test_ellipsoids_hold_95_percent() -> None:
    np.testing.assert_allclose(ELLIPSOID_SCALE, np.sqrt(chi2.ppf(0.95, 3)), atol=5e-5)


def test_an_axis_starts_at_its_joint(standing: LiveFrame) -> None:
    mesh = anatomical_axes(standing)
    index = standing.points.keypoint_set.index
    green = mesh.vertices[mesh.colours[:, 1] > mesh.colours[:, [0, 2]].max(axis=1)]
    assert AXIS_Y[1] > max(AXIS_Y[0], AXIS_Y[2])
    for name in ("RKnee", "LAnkle"):
        assert np.linalg.norm(green - standing.points.xyz[index(name)], axis=1).min() < 0.01
