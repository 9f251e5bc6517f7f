"""Balls, rods and error ellipsoids, many at a time.

Light is baked into the vertex colours: every renderer then shows the same picture, and a flat colour stays exact.
A shape whose numbers hold a NaN is left out.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from viewer.palette import Colour
from viewer.shapes import Array, Indices, Lines, Mesh, closed_loops

_LIGHT_WORLD = np.array([0.35, 0.25, 0.90])
_AMBIENT = 0.68
_MERIDIANS = 12
_RING_POINTS = 32


def spheres(centres: ArrayLike, radii: ArrayLike, colours: ArrayLike, meridians: int = _MERIDIANS) -> Mesh:
    """Spheres at (n, 3) centres with (n,) radii, metres, and (n, 3) colours; large ones want more meridians."""
    centres, radii, colours = np.asarray(centres, float), np.asarray(radii, float), np.asarray(colours, float)
    there = np.isfinite(centres).all(-1) & np.isfinite(radii)
    unit, triangles = _unit_sphere(meridians)
    vertices = centres[there, None] + radii[there, None, None] * unit
    return _instances(vertices, triangles, np.broadcast_to(unit, vertices.shape), colours[there])


def cylinders(starts: ArrayLike, ends: ArrayLike, radius: float, colours: ArrayLike) -> Mesh:
    """Open cylinders of one radius (metres) between (n, 3) starts and ends, with (n, 3) colours."""
    starts, ends, colours = np.asarray(starts, float), np.asarray(ends, float), np.asarray(colours, float)
    there = np.linalg.norm(ends - starts, axis=-1) > 0  # false for NaN as well
    starts, ends = starts[there], ends[there]
    side, across = _perpendiculars(ends - starts)
    circle, triangles = _unit_tube()
    normals = circle[:, 0, None] * side[:, None] + circle[:, 1, None] * across[:, None]
    around = np.concatenate([normals, normals], axis=1)
    vertices = np.concatenate([starts[:, None] + radius * normals, ends[:, None] + radius * normals], axis=1)
    return _instances(vertices, triangles, around, colours[there])


def ellipsoid_rings(centres: ArrayLike, covariances: ArrayLike, scale: float, colour: Colour) -> Lines:
    """Three principal ellipses of each covariance (n, 3, 3), `scale` standard deviations out."""
    centres, covariances = np.asarray(centres, float), np.asarray(covariances, float)
    there = np.isfinite(centres).all(-1) & np.isfinite(covariances).all((-1, -2))
    variances, axes = np.linalg.eigh(covariances[there])
    semi_axes = np.swapaxes(axes * np.sqrt(np.maximum(variances, 0.0))[:, None, :], -1, -2) * scale
    circle = _circle(_RING_POINTS)
    rings = [
        centres[there, None] + circle[:, 0, None] * semi_axes[:, a, None] + circle[:, 1, None] * semi_axes[:, b, None]
        for a, b in ((0, 1), (1, 2), (2, 0))
    ]
    return closed_loops(np.concatenate(rings), colour)


def _instances(vertices: Array, triangles: Indices, normals: Array, colours: Array) -> Mesh:
    """One mesh from n copies of a template: vertices and normals (n, v, 3), colours (n, 3)."""
    count, each = vertices.shape[:2]
    light = _LIGHT_WORLD / np.linalg.norm(_LIGHT_WORLD)
    brightness = _AMBIENT + (1.0 - _AMBIENT) * (normals @ light)
    shaded = np.clip(colours[:, None] * brightness[..., None], 0.0, 1.0)
    offsets = each * np.arange(count, dtype=np.int32)[:, None, None]
    return Mesh(vertices.reshape(-1, 3), (triangles + offsets).reshape(-1, 3), shaded.reshape(-1, 3))


def _perpendiculars(directions: Array) -> tuple[Array, Array]:
    """Two unit vectors (n, 3) each that complete the directions to right-handed frames."""
    along: Array = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    helper = np.where(np.abs(along[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    side: Array = np.cross(helper, along)
    side = side / np.linalg.norm(side, axis=-1, keepdims=True)
    return side, np.cross(along, side)


def _circle(count: int) -> Array:
    angle = 2.0 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


@lru_cache
def _unit_tube() -> tuple[Array, Indices]:
    """Circle (m, 2) and the triangles between it at the start and its copy at the end."""
    here = np.arange(_MERIDIANS)
    there = np.roll(here, -1)
    lower = np.stack([here, there, there + _MERIDIANS], axis=-1)
    upper = np.stack([here, there + _MERIDIANS, here + _MERIDIANS], axis=-1)
    return _circle(_MERIDIANS), np.concatenate([lower, upper]).astype(np.int32)


@lru_cache
def _unit_sphere(meridians: int) -> tuple[Array, Indices]:
    """Vertices and triangles of a sphere of meridians and about half as many parallels."""
    polar = np.linspace(0.0, np.pi, meridians // 2 + 2)
    circle = _circle(meridians)
    vertices = np.empty((len(polar), meridians, 3))
    vertices[..., :2] = np.sin(polar)[:, None, None] * circle
    vertices[..., 2] = np.cos(polar)[:, None]
    index = np.arange(len(polar) * meridians).reshape(len(polar), meridians)
    beside = np.roll(index, -1, axis=1)
    upper = np.stack([index[:-1], index[1:], beside[1:]], axis=-1)
    lower = np.stack([index[:-1], beside[1:], beside[:-1]], axis=-1)
    return vertices.reshape(-1, 3), np.concatenate([upper.reshape(-1, 3), lower.reshape(-1, 3)]).astype(np.int32)
