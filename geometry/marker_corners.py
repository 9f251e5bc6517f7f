"""Corners of markers where straight lines through their sides meet.

A corner filter rounds off an L-shaped corner by a quarter of a pixel and more; the sides are straight, long, and
placed by their blurred edge without bias.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Gray = NDArray[np.uint8]

# Share of a side, from its middle, that is used: near the ends the neighbouring side blurs in.
_USED = 0.7
_PROBES = 24
_STEPS = 17
_ROUNDS = 2
_SMALLEST_REACH_PX = 1.5


def refine_quads(gray: Gray, quads: Array) -> Array:
    """Corners (m, 4, 2) px of dark quadrilaterals found at (m, 4, 2), to a few hundredths of a pixel."""
    picture = gray.astype(np.float32)
    for _ in range(_ROUNDS):
        lines = _side_lines(picture, quads)
        refined = _meet(np.roll(lines, 1, axis=1), lines)
        near = np.linalg.norm(refined - quads, axis=-1, keepdims=True) < 0.1 * _sides(quads)[..., None] + 1.0
        quads = np.where(near, refined, quads)
    return quads


def _sides(quads: Array) -> Array:
    """(m, 4) lengths, from each corner to the next."""
    return np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=-1)


def _side_lines(picture: NDArray[np.float32], quads: Array) -> Array:
    """(m, 4, 3) homogeneous lines through the sides' edges, from least squares on probes across them."""
    start, end = quads, np.roll(quads, -1, axis=1)
    along = (end - start) / _sides(quads)[..., None]
    outward = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    share = np.linspace(0.5 - _USED / 2, 0.5 + _USED / 2, _PROBES)
    base = start[:, :, None] + share[:, None] * (end - start)[:, :, None]
    reach = np.maximum(0.12 * _sides(quads), _SMALLEST_REACH_PX)
    offset = reach[..., None] * np.linspace(-1.0, 1.0, _STEPS)
    at = base[..., None, :] + offset[:, :, None, :, None] * outward[:, :, None, None]
    level = _sampled(picture, at)
    # From dark inside to bright outside: the rise, centred on the edge.
    rise = np.maximum(np.diff(level, axis=-1), 0.0)
    middle = 0.5 * (offset[..., 1:] + offset[..., :-1])[:, :, None]
    total = rise.sum(axis=-1)
    shift = (rise * middle).sum(axis=-1) / np.maximum(total, 1e-9)
    weight = total * (np.abs(shift) < 0.8 * reach[..., None])
    t = (share - 0.5) * np.ones_like(shift)
    slope, intercept = _weighted_line(t, shift, weight)
    length = _sides(quads)
    a = start + 0.5 * (end - start) + intercept[..., None] * outward
    direction = along * length[..., None] + slope[..., None] * outward
    return np.cross(_homogeneous(a), _homogeneous(a + direction))


def _sampled(picture: NDArray[np.float32], at: Array) -> Array:
    flat = at.reshape(-1, at.shape[-2], 2).astype(np.float32)
    # remap takes at most 32767 rows: one row per probe would not do for a whole board.
    blocks = [
        cv2.remap(picture, part[..., 0], part[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for part in np.array_split(flat, max(1, len(flat) // 16384))
    ]
    return np.concatenate(blocks).reshape(at.shape[:-1]).astype(float)


def _weighted_line(t: Array, y: Array, weight: Array) -> tuple[Array, Array]:
    """Slope and intercept at t = 0 along the last axis."""
    w = weight.sum(axis=-1) + 1e-12
    mean_t, mean_y = (weight * t).sum(axis=-1) / w, (weight * y).sum(axis=-1) / w
    centred = t - mean_t[..., None]
    spread = (weight * centred**2).sum(axis=-1) + 1e-12
    slope = (weight * centred * (y - mean_y[..., None])).sum(axis=-1) / spread
    return slope, mean_y - slope * mean_t


def _homogeneous(points: Array) -> Array:
    return np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1)


def _meet(one: Array, other: Array) -> Array:
    """(..., 2) intersection of homogeneous lines; NaN-free because sides of a quadrilateral are never parallel."""
    point = np.cross(one, other)
    return point[..., :2] / np.where(np.abs(point[..., 2:]) < 1e-12, 1e-12, point[..., 2:])
