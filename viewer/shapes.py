"""Triangles, lines and words in world metres, as plain data that any renderer can draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.palette import Colour

Array = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """`vertices` (V, 3) metres, `triangles` (T, 3) indices seen anticlockwise from outside, `colours` (V, 3)."""

    vertices: Array
    triangles: Indices
    colours: Array


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """`points` (P, 3) metres, `segments` (S, 2) indices, `colours` (S, 3)."""

    points: Array
    segments: Indices
    colours: Array


NO_MESH = Mesh(np.empty((0, 3)), np.empty((0, 3), np.int32), np.empty((0, 3)))
NO_LINES = Lines(np.empty((0, 3)), np.empty((0, 2), np.int32), np.empty((0, 3)))


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place in the world (metres)."""

    text: str
    position: tuple[float, float, float]
    colour: Colour


def closed_loops(loops: Array, colour: Colour) -> Lines:
    """Closed lines through (n, m, 3) points."""
    count, length = loops.shape[:2]
    first = np.arange(count * length, dtype=np.int32).reshape(count, length)
    segments = np.stack([first, np.roll(first, -1, axis=1)], axis=-1).reshape(-1, 2)
    return Lines(loops.reshape(-1, 3), segments, np.tile(colour, (len(segments), 1)))


def segments(starts: ArrayLike, ends: ArrayLike, colours: ArrayLike) -> Lines:
    """Separate lines between (n, 3) starts and ends with (n, 3) colours."""
    pairs = np.stack([np.asarray(starts, float), np.asarray(ends, float)], axis=1).reshape(-1, 2, 3)
    there = np.isfinite(pairs).all((-1, -2))
    count = int(there.sum())
    return Lines(
        pairs[there].reshape(-1, 3),
        np.arange(2 * count, dtype=np.int32).reshape(-1, 2),
        np.asarray(colours, float).reshape(-1, 3)[there],
    )


def merged_meshes(parts: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    first = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.triangles + start for part, start in zip(parts, first, strict=True)]).astype(np.int32),
        np.concatenate([part.colours for part in parts]),
    )


def merged_lines(parts: Sequence[Lines]) -> Lines:
    """Several sets of lines as one."""
    first = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    return Lines(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.segments + start for part, start in zip(parts, first, strict=True)]).astype(np.int32),
        np.concatenate([part.colours for part in parts]),
    )
