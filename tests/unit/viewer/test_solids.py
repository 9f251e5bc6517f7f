"""Balls, rods and error ellipsoids against their formulas."""

import numpy as np
import pytest
from numpy.typing import NDArray

from viewer.shapes import Mesh
from viewer.solids import cylinders, ellipsoid_rings, spheres

WHITE = (1.0, 1.0, 1.0)


def _volume(mesh: Mesh) -> float:
    """Signed volume by the divergence theorem; positive where all triangles face outwards."""
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles], 1, 0)
    return float(np.einsum("ti,ti->", a, np.cross(b, c)) / 6.0)


def test_a_sphere_has_its_radius_and_faces_outwards() -> None:
    mesh = spheres([(1.0, 2.0, 3.0)], [0.5], [WHITE])
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices - [1.0, 2.0, 3.0], axis=1), 0.5)
    assert 0.85 < _volume(mesh) / (4 / 3 * np.pi * 0.5**3) < 1.0


@pytest.mark.parametrize("end", [(0.0, 0.0, 2.0), (0.0, 0.0, -2.0), (2.0, 0.0, 0.0), (-1.0, 1.0, 0.3)])
def test_a_cylinder_keeps_its_distance_from_its_axis(end: tuple[float, float, float]) -> None:
    start, end_ = np.array([0.1, -0.2, 0.3]), np.array([0.1, -0.2, 0.3]) + end
    mesh = cylinders([start], [end_], 0.05, [WHITE])
    along = np.array(end) / np.linalg.norm(end)
    offsets = mesh.vertices - start
    heights = offsets @ along
    np.testing.assert_allclose(np.linalg.norm(offsets - heights[:, None] * along, axis=1), 0.05)
    assert set(np.round(heights, 9)) == {0.0, round(float(np.linalg.norm(end)), 9)}
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles], 1, 0)
    middle = (a + b + c) / 3 - start
    outwards = middle - (middle @ along)[:, None] * along
    assert (np.einsum("ti,ti->t", np.cross(b - a, c - a), outwards) > 0).all()


def test_shapes_with_missing_numbers_are_left_out() -> None:
    nan = (np.nan, 0.0, 0.0)
    there = spheres([(0.0, 0.0, 0.0)], [0.1], [WHITE])
    assert len(spheres([nan, (0.0, 0.0, 0.0)], [0.1, 0.1], [WHITE, WHITE]).vertices) == len(there.vertices)
    assert len(spheres([(0.0, 0.0, 0.0)], [np.nan], [WHITE]).triangles) == 0
    assert len(cylinders([nan, (1.0, 1.0, 1.0)], [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)], 0.1, [WHITE, WHITE]).vertices) == 0
    covariances = np.tile(np.eye(3), (2, 1, 1))
    covariances[0, 1, 1] = np.nan
    assert len(ellipsoid_rings(np.zeros((2, 3)), covariances, 1.0, WHITE).points) == len(
        ellipsoid_rings(np.zeros((1, 3)), covariances[1:], 1.0, WHITE).points
    )


def test_many_shapes_do_not_mix_up_their_triangles() -> None:
    mesh = spheres([(0.0, 0.0, 0.0), (5.0, 0.0, 0.0)], [0.1, 0.2], [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)])
    corners = mesh.vertices[mesh.triangles]
    assert np.ptp(corners, axis=1).max() < 0.3
    is_second = mesh.vertices[:, 0] > 2.0
    assert (mesh.colours[is_second, 0] == 0.0).all()
    assert (mesh.colours[~is_second, 2] == 0.0).all()


def test_light_from_above_never_changes_the_hue() -> None:
    colours = spheres([(0.0, 0.0, 0.0)], [1.0], [(0.8, 0.4, 0.2)]).colours
    np.testing.assert_allclose(colours / colours[:, :1], np.tile([1.0, 0.5, 0.25], (len(colours), 1)))
    assert colours[:, 0].max() == pytest.approx(0.8, rel=0.02)
    assert colours[:, 0].min() < 0.4


def test_rings_lie_on_the_ellipsoid(covariance: NDArray[np.float64]) -> None:
    centre = np.array([0.3, -0.2, 1.0])
    rings = ellipsoid_rings(centre[None], covariance[None], 2.8, WHITE)
    offsets = rings.points - centre
    squared = np.einsum("pi,ij,pj->p", offsets, np.linalg.inv(covariance), offsets)
    np.testing.assert_allclose(squared, 2.8**2, rtol=1e-9)
    lengths = np.linalg.norm(np.diff(rings.points[rings.segments], axis=1), axis=-1)
    assert lengths.max() < 2.8 * np.sqrt(np.linalg.eigvalsh(covariance)[-1]) * 0.25


@pytest.fixture
def covariance() -> NDArray[np.float64]:
    factor = np.random.default_rng(3).normal(size=(3, 3)) * [0.004, 0.006, 0.015]
    return factor @ factor.T
