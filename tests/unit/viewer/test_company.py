"""Beside the subject who is shown: other subjects, faded, and rings under everybody with who it is."""

from dataclasses import replace

import numpy as np

from reconstruct.types import Bystander, LiveFrame
from viewer.company import company_of
from viewer.palette import BACKGROUND
from viewer.room import room_of
from viewer.scene import SceneOptions, build_scene
from viewer.shapes import Lines


def second(standing: LiveFrame) -> LiveFrame:
    points = replace(standing.points, xyz=standing.points.xyz + np.array([0.4, 1.0, 0.0]))
    return replace(standing, points=points, subject=2, person=3)


def ring_centres(marks: Lines) -> np.ndarray:
    return marks.points.reshape(-1, 2 * 32, 3).mean(axis=1)[:, :2]


def test_nobody_else_changes_nothing(standing: LiveFrame) -> None:
    alone = company_of(standing, [])
    assert (len(alone.bodies.vertices), len(alone.marks.points), alone.labels) == (0, 0, ())


def test_everybody_has_a_ring_and_a_name(standing: LiveFrame) -> None:
    watched = replace(standing, others=(Bystander(2, -1.0, 0.5),))
    found = company_of(watched, [second(standing)])
    np.testing.assert_allclose(ring_centres(found.marks), [[0.0, 0.0], [0.4, 1.0], [-1.0, 0.5]], atol=1e-9)
    assert [label.text for label in found.labels] == ["subject 1", "subject 2", "person 2"]
    heights = [label.position[2] for label in found.labels]
    assert min(heights[:2]) > np.max(standing.points.xyz[:, 2])
    assert heights[2] < 0.02
    assert len({tuple(colour) for colour in found.marks.colours}) == 2
    scene = build_scene(room_of(None), watched, SceneOptions(), [second(standing)])
    assert scene.labels == found.labels
    assert len(scene.lines["marks"].points) == 3 * 2 * 32


def test_the_others_are_paler_than_the_one_who_is_shown(standing: LiveFrame) -> None:
    scene = build_scene(room_of(None), standing, SceneOptions(), [second(standing)])
    shown, faded = scene.meshes["body"], scene.meshes["company"]
    np.testing.assert_allclose(faded.vertices, shown.vertices + np.array([0.4, 1.0, 0.0]), atol=1e-9)
    to_background = [np.abs(mesh.colours - BACKGROUND).sum() for mesh in (shown, faded)]
    assert to_background[1] < 0.5 * to_background[0]


def test_a_subject_who_is_away_has_no_ring(standing: LiveFrame) -> None:
    away = replace(standing, points=replace(standing.points, xyz=np.full_like(standing.points.xyz, np.nan)))
    assert [label.text for label in company_of(away, [second(standing)]).labels] == ["subject 2"]
